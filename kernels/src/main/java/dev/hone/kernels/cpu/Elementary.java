package dev.hone.kernels.cpu;

/**
 * exp, tanh and sigmoid in float, within 2 ulp, from operations that IEEE 754 fixes to the bit, so
 * that every machine and every vector length gives the same results. {@link VectorRows} spells out
 * the same steps on vectors.
 */
final class Elementary {
  static final float LOG2_E = 1.44269504f;

  /** ln 2 in two parts, so that n * ln 2 is subtracted almost exactly. */
  static final float LN2_HIGH = 0.693145751953125f;

  static final float LN2_LOW = 1.42860677e-6f;

  /** Added to a small float it rounds it to an integer, which then sits in the low bits. */
  static final float ROUNDER = 0x1.8p23f;

  static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  /** Outside these, exp is infinite or 0. */
  static final float EXP_HIGH = 89;

  static final float EXP_LOW = -104;

  /** (exp(r) - 1 - r) / r^2 for |r| at most ln(2) / 2 (Cephes, expf). */
  static final float E0 = 5.0000001201e-1f;

  static final float E1 = 1.6666665459e-1f;
  static final float E2 = 4.1665795894e-2f;
  static final float E3 = 8.3334519073e-3f;
  static final float E4 = 1.3981999507e-3f;
  static final float E5 = 1.9875691500e-4f;

  /** Below this, tanh is a polynomial: 1 - 2 / (exp(2x) + 1) would cancel. */
  static final float TANH_SMALL = 0.625f;

  /** (tanh(x) - x) / x^3 in x^2 (Cephes, tanhf). */
  static final float T0 = -3.33332819422e-1f;

  static final float T1 = 1.33314422036e-1f;
  static final float T2 = -5.37397155531e-2f;
  static final float T3 = 2.06390887954e-2f;
  static final float T4 = -5.70498872745e-3f;

  private Elementary() {}

  /** 2^n * exp(r) with x = n ln 2 + r; 2^n in two factors, as n may leave a float's exponents. */
  static float exp(float x) {
    float c = Math.min(Math.max(x, EXP_LOW), EXP_HIGH);
    float rounded = Math.fma(c, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, c));
    float p = Math.fma(E5, r, E4);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E1);
    p = Math.fma(p, r, E0);
    p = Math.fma(p, r * r, r) + 1;
    int exponent = Float.floatToRawIntBits(rounded) - ROUNDER_BITS;
    int half = exponent >> 1;
    float first = Float.intBitsToFloat((half + 127) << 23);
    float second = Float.intBitsToFloat((exponent - half + 127) << 23);
    return p * first * second;
  }

  static float tanh(float x) {
    float a = Math.abs(x);
    float s = x * x;
    float p = Math.fma(T4, s, T3);
    p = Math.fma(p, s, T2);
    p = Math.fma(p, s, T1);
    p = Math.fma(p, s, T0);
    float small = Math.fma(p * s, x, x);
    float large = 1 - 2 / (exp(a + a) + 1);
    return a < TANH_SMALL ? small : Math.copySign(large, x);
  }

  /** By exp(-|x|), which cannot overflow. */
  static float sigmoid(float x) {
    float e = exp(-Math.abs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
  }
}
