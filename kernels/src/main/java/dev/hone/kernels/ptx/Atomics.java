package dev.hone.kernels.ptx;

/** What the atomic operations leave in memory. */
final class Atomics {
  private Atomics() {}

  /** Bits in, bits out, of the type's width. */
  static long apply(Micro.Operation operation, PtxType type, long old, long a, long b) {
    if (type == PtxType.F32) {
      float sum = Float.intBitsToFloat((int) old) + Float.intBitsToFloat((int) a);
      return Float.floatToRawIntBits(sum);
    }
    if (type.bytes() == 4) {
      return narrow(operation, type, (int) old, (int) a, (int) b);
    }
    return wide(operation, type, old, a, b);
  }

  private static int narrow(Micro.Operation operation, PtxType type, int old, int a, int b) {
    boolean signed = type.isSigned();
    return switch (operation) {
      case ADD -> old + a;
      case MIN -> signed ? Math.min(old, a) : IntegerAlu.minU32(old, a);
      case MAX -> signed ? Math.max(old, a) : IntegerAlu.maxU32(old, a);
      case AND -> old & a;
      case OR -> old | a;
      case XOR -> old ^ a;
      case EXCH -> a;
      case CAS -> old == a ? b : old;
      case INC -> Integer.compareUnsigned(old, a) >= 0 ? 0 : old + 1;
      case DEC -> old == 0 || Integer.compareUnsigned(old, a) > 0 ? a : old - 1;
    };
  }

  private static long wide(Micro.Operation operation, PtxType type, long old, long a, long b) {
    boolean signed = type.isSigned();
    return switch (operation) {
      case ADD -> old + a;
      case MIN -> signed ? Math.min(old, a) : IntegerAlu.minU64(old, a);
      case MAX -> signed ? Math.max(old, a) : IntegerAlu.maxU64(old, a);
      case AND -> old & a;
      case OR -> old | a;
      case XOR -> old ^ a;
      case EXCH -> a;
      case CAS -> old == a ? b : old;
      case INC, DEC -> throw new IllegalStateException(operation + " is for .u32 only");
    };
  }
}
