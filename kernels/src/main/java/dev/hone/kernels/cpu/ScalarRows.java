package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;

/** The definition of {@link Rows}, one element at a time; also every vector loop's tail. */
final class ScalarRows implements Rows {
  @Override
  public void unary(Unary f, float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = apply(f, x[xo + i]);
    }
  }

  private static float apply(Unary f, float x) {
    return switch (f) {
      case NEGATE -> -x;
      case EXP -> Elementary.exp(x);
      case LOG -> (float) StrictMath.log(x);
      case SQRT -> (float) Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case TANH -> Elementary.tanh(x);
      case SIGMOID -> Elementary.sigmoid(x);
      case RELU -> Math.max(x, 0);
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
    };
  }

  @Override
  public void binary(
      Binary f,
      float[] a,
      int ao,
      int aStep,
      float[] b,
      int bo,
      int bStep,
      float[] y,
      int yo,
      int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = apply(f, a[ao + i * aStep], b[bo + i * bStep]);
    }
  }

  private static float apply(Binary f, float a, float b) {
    return switch (f) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDED_BY -> a / b;
      case POW -> b == 2 ? a * a : (float) StrictMath.pow(a, b);
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case GREATER -> a > b ? 1 : 0;
      case GREATER_EQUAL -> a >= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case WHERE_POSITIVE -> b > 0 ? a : 0;
    };
  }

  @Override
  public void clamp(float[] x, int xo, float low, float high, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.min(Math.max(x[xo + i], low), high);
    }
  }

  @Override
  public void where(
      float[] c, int co, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = c[co + i] != 0 ? a[ao + i] : b[bo + i];
    }
  }

  @Override
  public void expMinus(float[] x, int xo, float shift, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Elementary.exp(x[xo + i] - shift);
    }
  }

  @Override
  public double sum(float[] x, int xo, int n) {
    double[] partial = new double[16];
    addTo(partial, x, xo, n);
    return tree(partial);
  }

  /** Adds the row to the partial sums: element i to sum i % 16. */
  static void addTo(double[] partial, float[] x, int xo, int n) {
    for (int i = 0; i < n; i++) {
      partial[i & 15] += x[xo + i];
    }
  }

  /** Adds neighbours, and neighbours of those, until one is left. */
  static double tree(double[] partial) {
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        partial[i] += partial[i + half];
      }
    }
    return partial[0];
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float m = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      m = Math.max(m, x[xo + i]);
    }
    return m;
  }
}
