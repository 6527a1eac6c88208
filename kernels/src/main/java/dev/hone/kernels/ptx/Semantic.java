package dev.hone.kernels.ptx;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A method that says what an instruction computes on one lane; both engines call it. */
record Semantic(Class<?> owner, String name, List<Bank> parameters, Bank result) {
  private static final Map<String, Semantic> ALL = new HashMap<>();

  static {
    for (Class<?> owner :
        List.of(
            IntegerAlu.class, BitAlu.class, FloatAlu.class, CompareAlu.class, ConvertAlu.class)) {
      for (Method m : owner.getDeclaredMethods()) {
        if (Modifier.isStatic(m.getModifiers())
            && !Modifier.isPrivate(m.getModifiers())
            && !m.isSynthetic()) {
          List<Bank> parameters = Arrays.stream(m.getParameterTypes()).map(Bank::of).toList();
          Semantic s = new Semantic(owner, m.getName(), parameters, Bank.of(m.getReturnType()));
          if (ALL.put(m.getName(), s) != null) {
            throw new IllegalStateException("two methods say what " + m.getName() + " computes");
          }
        }
      }
    }
  }

  static Semantic named(String name) {
    Semantic s = ALL.get(name);
    if (s == null) {
      throw new IllegalStateException("no method says what " + name + " computes");
    }
    return s;
  }

  ClassDesc ownerDesc() {
    return ClassDesc.ofDescriptor(owner.descriptorString());
  }

  MethodTypeDesc typeDesc() {
    return MethodTypeDesc.of(
        result.carrier(), parameters.stream().map(Bank::carrier).toArray(ClassDesc[]::new));
  }
}
