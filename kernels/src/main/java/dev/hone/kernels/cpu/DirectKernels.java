package dev.hone.kernels.cpu;

/**
 * The inner loops of {@link DirectConvolution}, and packing. {@link ImageKernels} says what they
 * have in common.
 */
interface DirectKernels {
  /** The most output channels of a {@link #tile}; fewer work too. */
  int channels();

  /** The widths of tiles, widest first and down to 1, as a copy. */
  int[] columns();

  /**
   * A tile of a convolution, held in registers: for j in columns and o in channels,
   *
   * <pre>y[yo + j * yStep + o * lanes] = bias[bo + o]
   *     + sum over t in [from, to), i in run of
   *         x[xo + taps[t] + (i * columns + j) * lanes] * w[wo + (t * run + i) * channels + o]
   * </pre>
   */
  void tile(
      int channels,
      int columns,
      float[] x,
      int xo,
      int[] taps,
      int from,
      int to,
      int run,
      float[] w,
      int wo,
      float[] bias,
      int bo,
      float[] y,
      int yo,
      int yStep);

  /** The epilogue after the bias, for {@code count} vectors of y from {@code yo} on. */
  void finish(Epilogue epilogue, float[] y, int yo, int count);

  /**
   * The panel that {@link #tile} reads: for i in count and j in columns, the vector at {@code yo +
   * (i * columns + j) * lanes} of y is the one at {@code xo + j * xStep + i * lanes} of x.
   */
  void pack(int columns, float[] x, int xo, int xStep, float[] y, int yo, int count);

  /** Copies {@code count} vectors, steps in floats. */
  void copy1(float[] x, int xo, int xStep, float[] y, int yo, int yStep, int count);

  /** Copies {@code count} runs of four vectors, steps in floats. */
  void copy4(float[] x, int xo, int xStep, float[] y, int yo, int yStep, int count);
}
