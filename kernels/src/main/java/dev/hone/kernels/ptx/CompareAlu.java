package dev.hone.kernels.ptx;

/**
 * What the comparisons give, on one lane. Of floating-point numbers the plain ones are false where
 * either is NaN, those that end in u are true there.
 */
final class CompareAlu {
  private CompareAlu() {}

  static boolean eqI16(int a, int b) {
    return a == b;
  }

  static boolean neI16(int a, int b) {
    return a != b;
  }

  static boolean eqI32(int a, int b) {
    return a == b;
  }

  static boolean neI32(int a, int b) {
    return a != b;
  }

  static boolean eqI64(long a, long b) {
    return a == b;
  }

  static boolean neI64(long a, long b) {
    return a != b;
  }

  static boolean ltS16(int a, int b) {
    return (short) a < (short) b;
  }

  static boolean ltU16(int a, int b) {
    return a < b;
  }

  static boolean ltS32(int a, int b) {
    return a < b;
  }

  static boolean ltU32(int a, int b) {
    return Integer.compareUnsigned(a, b) < 0;
  }

  static boolean ltS64(long a, long b) {
    return a < b;
  }

  static boolean ltU64(long a, long b) {
    return Long.compareUnsigned(a, b) < 0;
  }

  static boolean leS16(int a, int b) {
    return (short) a <= (short) b;
  }

  static boolean leU16(int a, int b) {
    return a <= b;
  }

  static boolean leS32(int a, int b) {
    return a <= b;
  }

  static boolean leU32(int a, int b) {
    return Integer.compareUnsigned(a, b) <= 0;
  }

  static boolean leS64(long a, long b) {
    return a <= b;
  }

  static boolean leU64(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0;
  }

  static boolean gtS16(int a, int b) {
    return (short) a > (short) b;
  }

  static boolean gtU16(int a, int b) {
    return a > b;
  }

  static boolean gtS32(int a, int b) {
    return a > b;
  }

  static boolean gtU32(int a, int b) {
    return Integer.compareUnsigned(a, b) > 0;
  }

  static boolean gtS64(long a, long b) {
    return a > b;
  }

  static boolean gtU64(long a, long b) {
    return Long.compareUnsigned(a, b) > 0;
  }

  static boolean geS16(int a, int b) {
    return (short) a >= (short) b;
  }

  static boolean geU16(int a, int b) {
    return a >= b;
  }

  static boolean geS32(int a, int b) {
    return a >= b;
  }

  static boolean geU32(int a, int b) {
    return Integer.compareUnsigned(a, b) >= 0;
  }

  static boolean geS64(long a, long b) {
    return a >= b;
  }

  static boolean geU64(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0;
  }

  static boolean eqF32(float a, float b) {
    return a == b;
  }

  static boolean neF32(float a, float b) {
    return a < b || a > b;
  }

  static boolean ltF32(float a, float b) {
    return a < b;
  }

  static boolean leF32(float a, float b) {
    return a <= b;
  }

  static boolean gtF32(float a, float b) {
    return a > b;
  }

  static boolean geF32(float a, float b) {
    return a >= b;
  }

  static boolean equF32(float a, float b) {
    return !(a < b || a > b);
  }

  static boolean neuF32(float a, float b) {
    return a != b;
  }

  static boolean ltuF32(float a, float b) {
    return !(a >= b);
  }

  static boolean leuF32(float a, float b) {
    return !(a > b);
  }

  static boolean gtuF32(float a, float b) {
    return !(a <= b);
  }

  static boolean geuF32(float a, float b) {
    return !(a < b);
  }

  static boolean numF32(float a, float b) {
    return !Float.isNaN(a) && !Float.isNaN(b);
  }

  static boolean nanF32(float a, float b) {
    return Float.isNaN(a) || Float.isNaN(b);
  }

  static boolean testpFiniteF32(float a) {
    return Float.isFinite(a);
  }

  static boolean testpInfiniteF32(float a) {
    return Float.isInfinite(a);
  }

  static boolean testpNumberF32(float a) {
    return !Float.isNaN(a);
  }

  static boolean testpNotanumberF32(float a) {
    return Float.isNaN(a);
  }

  static boolean testpNormalF32(float a) {
    return Float.isFinite(a) && Math.abs(a) >= Float.MIN_NORMAL;
  }

  static boolean testpSubnormalF32(float a) {
    return a != 0 && Math.abs(a) < Float.MIN_NORMAL;
  }

  static boolean eqF64(double a, double b) {
    return a == b;
  }

  static boolean neF64(double a, double b) {
    return a < b || a > b;
  }

  static boolean ltF64(double a, double b) {
    return a < b;
  }

  static boolean leF64(double a, double b) {
    return a <= b;
  }

  static boolean gtF64(double a, double b) {
    return a > b;
  }

  static boolean geF64(double a, double b) {
    return a >= b;
  }

  static boolean equF64(double a, double b) {
    return !(a < b || a > b);
  }

  static boolean neuF64(double a, double b) {
    return a != b;
  }

  static boolean ltuF64(double a, double b) {
    return !(a >= b);
  }

  static boolean leuF64(double a, double b) {
    return !(a > b);
  }

  static boolean gtuF64(double a, double b) {
    return !(a <= b);
  }

  static boolean geuF64(double a, double b) {
    return !(a < b);
  }

  static boolean numF64(double a, double b) {
    return !Double.isNaN(a) && !Double.isNaN(b);
  }

  static boolean nanF64(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b);
  }

  static boolean testpFiniteF64(double a) {
    return Double.isFinite(a);
  }

  static boolean testpInfiniteF64(double a) {
    return Double.isInfinite(a);
  }

  static boolean testpNumberF64(double a) {
    return !Double.isNaN(a);
  }

  static boolean testpNotanumberF64(double a) {
    return Double.isNaN(a);
  }

  static boolean testpNormalF64(double a) {
    return Double.isFinite(a) && Math.abs(a) >= Double.MIN_NORMAL;
  }

  static boolean testpSubnormalF64(double a) {
    return a != 0 && Math.abs(a) < Double.MIN_NORMAL;
  }
}
