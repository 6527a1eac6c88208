package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** The same bits as a value of another bank: {@code .b32} registers may feed {@code .f32}. */
final class Reinterpretation {
  private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
  private static final ClassDesc DOUBLE = ClassDesc.of("java.lang.Double");

  private Reinterpretation() {}

  /** For the value on top of the stack. */
  static void emit(CodeBuilder code, Bank from, Bank to) {
    if (from == to) {
      return;
    }
    if (from == Bank.INT && to == Bank.FLOAT) {
      code.invokestatic(FLOAT, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
    } else if (from == Bank.FLOAT && to == Bank.INT) {
      code.invokestatic(FLOAT, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
    } else if (from == Bank.LONG && to == Bank.DOUBLE) {
      code.invokestatic(DOUBLE, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
    } else if (from == Bank.DOUBLE && to == Bank.LONG) {
      code.invokestatic(DOUBLE, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
    } else {
      throw new IllegalStateException("a value of " + from + " has no bits of " + to);
    }
  }
}
