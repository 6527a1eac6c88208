package dev.hone.kernels.cpu;

/** The inner loop of {@link WeightGradient}. {@link ImageKernels} says what they have in common. */
interface WeightGradientKernels {
  /** Channels of dy in a tile. */
  int channels();

  /**
   * A tile of a weight gradient: for k in {@link #channels} of dy and s in four streams of x, per
   * lane, {@code sums[so + (k * 4 + s) * lanes] += sum over i in count of x[xo + (i * 4 + s) *
   * lanes] * dy[dyo + (i * channels + k) * lanes]}.
   */
  void products(float[] x, int xo, float[] dy, int dyo, int count, float[] sums, int so);
}
