package dev.hone.kernels.cpu;

import org.jspecify.annotations.Nullable;

/**
 * The inner loops of {@link BatchNormalisation}. {@link ImageKernels} says what they have in
 * common.
 */
interface NormKernels {
  /** Per channel and lane: sums += x - shift, squares += (x - shift)^2. */
  void shiftedSums(
      float[] x,
      int offset,
      int pixels,
      int channels,
      float[] shift,
      float[] sums,
      float[] squares);

  /** y = act((x - mean) * scale + shift + residual), per channel. */
  void normalise(
      float[] x,
      int offset,
      int pixels,
      int channels,
      float[] mean,
      float[] scale,
      float[] shift,
      float @Nullable [] residual,
      boolean relu,
      float[] y);

  /**
   * Per channel and lane, dz = dy or dy where y &gt; 0: sums += dz, products += dz * (x - mean).
   */
  void normGradientSums(
      float[] dy,
      float @Nullable [] y,
      float[] x,
      int offset,
      int pixels,
      int channels,
      float[] mean,
      float[] sums,
      float[] products);

  /** dx = dz * scale + (x - mean) * slope + level, per channel. */
  void normGradient(
      float[] dy,
      float @Nullable [] y,
      float[] x,
      int offset,
      int pixels,
      int channels,
      float[] mean,
      float[] scale,
      float[] slope,
      float[] level,
      float[] dx);

  /** dz = dy where y &gt; 0, else 0, for {@code count} floats. */
  void wherePositive(float[] y, int offset, int count, float[] dy, float[] dz);
}
