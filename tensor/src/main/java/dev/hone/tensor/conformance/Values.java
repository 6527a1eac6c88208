package dev.hone.tensor.conformance;

import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;

/** A kind of numbers an input is filled with. All of them are floats or ints, without rounding. */
public final class Values {
  /** In [-2, 2). */
  public static final Values GENERAL = floats("general", (u, i) -> 4 * u - 2);

  /** In [0.1, 3.1): logarithms, roots, variances. */
  public static final Values POSITIVE = floats("positive", (u, i) -> 0.1f + 3 * u);

  /** Of either sign, at least 0.3 from 0: where abs and relu are smooth. */
  public static final Values AWAY_FROM_KINKS =
      floats("away from kinks", (u, i) -> u < 0.5f ? -0.3f - 4 * u : 4 * u - 1.7f);

  /** Whole numbers -2 .. 2: full of ties, and exact in any order of summation. */
  public static final Values TIES = floats("ties", (u, i) -> (float) Math.floor(5 * u) - 2);

  /** In [100, 101): a one-pass variance in float32 loses all its digits here. */
  public static final Values OFFSET = floats("offset", (u, i) -> 100 + u);

  /** Up to 1e30 either way: exp overflows. */
  public static final Values LARGE = floats("large", (u, i) -> (2 * u - 1) * 1e30f);

  /** In [-100, 100): exp overflows to infinity and underflows to 0 towards the ends. */
  public static final Values WIDE = floats("wide", (u, i) -> 200 * u - 100);

  /** In [-0.01, 0.01): tanh(x) is nearly x, and cancellation shows. */
  public static final Values TINY = floats("tiny", (u, i) -> 0.02f * u - 0.01f);

  /** NaN, infinities, signed zeros, denormals and the ends of the range, with numbers between. */
  public static final Values SPECIAL =
      floats("special", (u, i) -> i % 3 == 2 ? 4 * u - 2 : specials()[(int) (i * 7 % 13)]);

  /** int32 in -1000 .. 999. */
  public static final Values INTEGERS =
      new Values("integers", DType.INT32, (p, i) -> p.below(2000, i) - 1000);

  private final String label;
  private final DType dtype;
  private final Draw draw;

  private Values(String label, DType dtype, Draw draw) {
    this.label = label;
    this.dtype = dtype;
    this.draw = draw;
  }

  private interface Draw {
    double at(Philox philox, int i);
  }

  private interface FromUniform {
    float at(float uniform, int i);
  }

  private static Values floats(String label, FromUniform f) {
    return new Values(label, DType.FLOAT32, (p, i) -> f.at(p.uniform(i), i));
  }

  private static float[] specials() {
    return new float[] {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL / 3,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      1f,
      -1f,
      0.5f
    };
  }

  /** int32 in 0 .. {@code n} - 1. */
  public static Values indicesBelow(int n) {
    return new Values("indices below " + n, DType.INT32, (p, i) -> p.below(n, i));
  }

  /** float32 ones and zeros. */
  public static Values mask() {
    return floats("mask", (u, i) -> u < 0.5f ? 0 : 1);
  }

  public DType dtype() {
    return dtype;
  }

  /** The first {@code count} numbers under {@code philox}. */
  double[] draw(Philox philox, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = draw.at(philox, i);
    }
    return values;
  }

  @Override
  public String toString() {
    return label;
  }
}
