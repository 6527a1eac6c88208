package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that are declared where the parser stands; blocks nest. */
final class Scope {
  private final @Nullable Scope outer;
  private final Map<String, Register> registers = new HashMap<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final List<Register> all;

  private Scope(@Nullable Scope outer, List<Register> all) {
    this.outer = outer;
    this.all = all;
  }

  static Scope ofModule() {
    return new Scope(null, new ArrayList<>());
  }

  /** An entry's scope: its registers count from 0. */
  Scope ofEntry() {
    return new Scope(this, new ArrayList<>());
  }

  Scope inner() {
    return new Scope(this, all);
  }

  /** The scope around this one; the module's own has none. */
  Scope outer() {
    if (outer == null) {
      throw new IllegalStateException("scope: nothing is around a module");
    }
    return outer;
  }

  /** Every register declared in the entry. */
  List<Register> registers() {
    return all;
  }

  /** False where this block has the name already. */
  boolean declare(String name, PtxType type) {
    if (!names.add(name)) {
      return false;
    }
    var register = new Register(name, type, all.size());
    all.add(register);
    registers.put(name, register);
    return true;
  }

  /** False where this block has the name already. */
  boolean declare(Variable variable) {
    if (!names.add(variable.name())) {
      return false;
    }
    variables.put(variable.name(), variable);
    return true;
  }

  @Nullable Register register(String name) {
    Register here = registers.get(name);
    return here != null || outer == null ? here : outer.register(name);
  }

  @Nullable Variable variable(String name) {
    Variable here = variables.get(name);
    return here != null || outer == null ? here : outer.variable(name);
  }
}
