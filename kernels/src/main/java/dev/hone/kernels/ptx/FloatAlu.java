package dev.hone.kernels.ptx;

/**
 * What the floating-point instructions compute, on one lane. Rounding to nearest even is Java's
 * own.
 */
final class FloatAlu {
  private FloatAlu() {}

  static float addF32(float a, float b) {
    return a + b;
  }

  static double addF64(double a, double b) {
    return a + b;
  }

  static float subF32(float a, float b) {
    return a - b;
  }

  static double subF64(double a, double b) {
    return a - b;
  }

  static float mulF32(float a, float b) {
    return a * b;
  }

  static double mulF64(double a, double b) {
    return a * b;
  }

  static float fmaF32(float a, float b, float c) {
    return Math.fma(a, b, c);
  }

  static double fmaF64(double a, double b, double c) {
    return Math.fma(a, b, c);
  }

  static float divF32(float a, float b) {
    return a / b;
  }

  static double divF64(double a, double b) {
    return a / b;
  }

  static float absF32(float a) {
    return Math.abs(a);
  }

  static double absF64(double a) {
    return Math.abs(a);
  }

  static float negF32(float a) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(a) ^ Integer.MIN_VALUE);
  }

  static double negF64(double a) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(a) ^ Long.MIN_VALUE);
  }

  // Of a number and a NaN, min and max give the number, where Java gives NaN; -0 is less than +0.

  static float minF32(float a, float b) {
    return Float.isNaN(a) ? canonical(b) : Float.isNaN(b) ? a : Math.min(a, b);
  }

  static double minF64(double a, double b) {
    return Double.isNaN(a) ? canonical(b) : Double.isNaN(b) ? a : Math.min(a, b);
  }

  static float maxF32(float a, float b) {
    return Float.isNaN(a) ? canonical(b) : Float.isNaN(b) ? a : Math.max(a, b);
  }

  static double maxF64(double a, double b) {
    return Double.isNaN(a) ? canonical(b) : Double.isNaN(b) ? a : Math.max(a, b);
  }

  private static float canonical(float a) {
    return Float.isNaN(a) ? Float.intBitsToFloat(0x7FFFFFFF) : a;
  }

  private static double canonical(double a) {
    return Double.isNaN(a) ? Double.longBitsToDouble(0x7FFFFFFFFFFFFFFFL) : a;
  }

  static float sqrtF32(float a) {
    // Rounding a double's root once more is still correct: 53 bits are more than 2 * 24 + 2.
    return (float) Math.sqrt(a);
  }

  static double sqrtF64(double a) {
    return Math.sqrt(a);
  }

  static float rcpF32(float a) {
    return 1 / a;
  }

  static double rcpF64(double a) {
    return 1 / a;
  }

  static float copysignF32(float a, float b) {
    int sign = Float.floatToRawIntBits(a) & Integer.MIN_VALUE;
    return Float.intBitsToFloat((Float.floatToRawIntBits(b) & Integer.MAX_VALUE) | sign);
  }

  static double copysignF64(double a, double b) {
    long sign = Double.doubleToRawLongBits(a) & Long.MIN_VALUE;
    return Double.longBitsToDouble((Double.doubleToRawLongBits(b) & Long.MAX_VALUE) | sign);
  }

  /** {@code .ftz}: a subnormal becomes a zero of its sign. */
  static float ftzF32(float a) {
    return Math.abs(a) < Float.MIN_NORMAL ? a * 0f : a;
  }

  /** {@code .sat}: into [0, 1], NaN becomes 0. */
  static float satF32(float a) {
    return a > 0 ? Math.min(a, 1) : 0;
  }

  // The .approx instructions; bounds from the PTX ISA, section 9.7.3. The last operand says where
  // within its bound a result lies. Special cases are exact.

  static float divApproxF32(float a, float b, long mode) {
    float y = Math.abs(b);
    // Beyond 2^126 the hardware's reciprocal flushes; this is documented and not an error bound.
    if (y > 0x1p126f && y < Float.POSITIVE_INFINITY) {
      return Float.isInfinite(a) ? Float.NaN : Math.copySign(0f, a) * Math.signum(b);
    }
    return within((double) a / b, 2 * Math.ulp((float) ((double) a / b)), mode, 1, bits(a, b));
  }

  static float divFullF32(float a, float b, long mode) {
    return within((double) a / b, 2 * Math.ulp((float) ((double) a / b)), mode, 2, bits(a, b));
  }

  static float rcpApproxF32(float a, long mode) {
    double x = 1 / (double) a;
    return within(x, Math.ulp((float) x), mode, 3, Float.floatToRawIntBits(a));
  }

  static float sqrtApproxF32(float a, long mode) {
    double x = Math.sqrt(a);
    return within(x, x * 0x1p-23, mode, 4, Float.floatToRawIntBits(a));
  }

  static float rsqrtApproxF32(float a, long mode) {
    double x = 1 / Math.sqrt(a);
    return within(x, Math.abs(x) * RSQRT, mode, 5, Float.floatToRawIntBits(a));
  }

  private static final double RSQRT = Math.pow(2, -22.9);

  static float ex2ApproxF32(float a, long mode) {
    double x = Math.pow(2, a);
    return within(x, 2 * Math.ulp((float) x), mode, 6, Float.floatToRawIntBits(a));
  }

  static float lg2ApproxF32(float a, long mode) {
    double x = log2(a);
    double bound = a > 0.5 && a < 2 ? 0x1p-22 : Math.abs(x) * 0x1p-22;
    return within(x, bound, mode, 7, Float.floatToRawIntBits(a));
  }

  private static double log2(double a) {
    double x = Math.log(a) / LN2;
    double whole = Math.rint(x);
    return Math.abs(whole) < 1000 && Math.scalb(1.0, (int) whole) == a ? whole : x;
  }

  private static final double LN2 = Math.log(2);

  // The bound 2^-20.9 holds in [-pi, pi]; outside, the error grows with the quadrant.

  static float sinApproxF32(float a, long mode) {
    return within(Math.sin(a), trigonometricBound(a), mode, 8, Float.floatToRawIntBits(a));
  }

  static float cosApproxF32(float a, long mode) {
    return within(Math.cos(a), trigonometricBound(a), mode, 9, Float.floatToRawIntBits(a));
  }

  private static double trigonometricBound(float a) {
    return TRIGONOMETRIC * Math.max(1, Math.abs(a) / Math.PI);
  }

  private static final double TRIGONOMETRIC = Math.pow(2, -20.5);

  static float tanhApproxF32(float a, long mode) {
    double x = Math.tanh(a);
    return within(x, Math.abs(x) * 0x1p-11, mode, 10, Float.floatToRawIntBits(a));
  }

  private static int bits(float a, float b) {
    return Float.floatToRawIntBits(a) * 31 + Float.floatToRawIntBits(b);
  }

  /** {@code exact}, moved within {@code bound}; zeros, infinities and NaN stay. */
  private static float within(double exact, double bound, long mode, int operation, int bits) {
    float rounded = (float) exact;
    if ((mode & 3) == 0
        || exact == 0
        || rounded == 0
        || Float.isInfinite(rounded)
        || Float.isNaN(rounded)) {
      return rounded;
    }
    double moved = exact + bound * Approximation.error(mode, operation, bits);
    float result = (float) moved;
    // Rounding must not carry the result out of the bound.
    if (result - exact > bound) {
      return Math.max(rounded, Math.nextDown(result));
    }
    return exact - result > bound ? Math.min(rounded, Math.nextUp(result)) : result;
  }
}
