package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;

/**
 * Kernels over rows of adjacent floats. {@link ScalarRows} defines the bits, {@link VectorRows}
 * gives the same ones faster. A step is 1, or 0 where one element meets the whole row.
 */
interface Rows {
  /** y = f(x). */
  void unary(Unary f, float[] x, int xo, float[] y, int yo, int n);

  /** y = f(a, b). */
  void binary(
      Binary f,
      float[] a,
      int ao,
      int aStep,
      float[] b,
      int bo,
      int bStep,
      float[] y,
      int yo,
      int n);

  /** y = min(max(x, low), high). */
  void clamp(float[] x, int xo, float low, float high, float[] y, int yo, int n);

  /** y = a where c is not 0, else b. */
  void where(float[] c, int co, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n);

  /** y = exp(x - shift). */
  void expMinus(float[] x, int xo, float shift, float[] y, int yo, int n);

  /**
   * The sum in double: 16 partial sums, element i to sum i % 16, then a tree. Sixteen, as no vector
   * of any machine is longer; so all machines round alike.
   */
  double sum(float[] x, int xo, int n);

  /** The maximum, NaN if any is; of nothing, minus infinity. */
  float max(float[] x, int xo, int n);
}
