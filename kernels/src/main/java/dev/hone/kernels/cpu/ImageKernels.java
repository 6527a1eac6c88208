package dev.hone.kernels.cpu;

import org.jspecify.annotations.Nullable;

/**
 * The unrolled inner loops over image tensors {@code [groups][H][W][C][lanes]}, one generated
 * implementation per lane count. A "vector" is one channel of one pixel: {@code lanes} floats.
 * Every element is computed in an order that depends on neither its lane nor its neighbours, so an
 * image's bits do not depend on its batch.
 */
interface ImageKernels {
  int lanes();

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

  /** y = act(y + residual) for {@code count} vectors from {@code yo}; relu if nothing is added. */
  void finish(float @Nullable [] residual, boolean relu, float[] y, int yo, int count);

  /** Tiles that {@link #winogradProducts} takes together; a tile's vectors lie that far apart. */
  int WINOGRAD_TILES = 4;

  /**
   * V = B^T d B for each channel of a tile d of 6 x 6 pixels at {@code xo}. Element (i, j) of
   * channel c goes to {@code vo + (i * 6 + j) * placeStep + c * 4 * lanes}.
   *
   * @param scratch of 36 vectors
   */
  void winogradInput(
      float[] x,
      int xo,
      int rowStep,
      int columnStep,
      int channels,
      float[] scratch,
      float[] v,
      int vo,
      int placeStep);

  /**
   * For each of the 36 places p, output k and of four tiles j: {@code m[p * mStep + (k * 4 + j) *
   * lanes] = sum over c of v[p * vStep + (c * 4 + j) * lanes] * u[p][k / channels][c][k %
   * channels]}. The outputs are a multiple of {@link #channels}.
   */
  void winogradProducts(
      float[] v, int vStep, float[] u, int inputs, int outputs, float[] m, int mStep);

  /**
   * y = A^T M A + bias for each channel: 4 x 4 pixels at {@code yo}; M lies as V does.
   *
   * @param scratch of 36 vectors
   */
  void winogradOutput(
      float[] m,
      int mo,
      int placeStep,
      int channels,
      float[] bias,
      float[] scratch,
      float[] y,
      int yo,
      int rowStep,
      int columnStep);

  /**
   * The panel that {@link #tile} reads: for i in count and j in columns, the vector at {@code yo +
   * (i * columns + j) * lanes} of y is the one at {@code xo + j * xStep + i * lanes} of x.
   */
  void pack(int columns, float[] x, int xo, int xStep, float[] y, int yo, int count);

  /** Copies {@code count} vectors, steps in floats. */
  void copy1(float[] x, int xo, int xStep, float[] y, int yo, int yStep, int count);

  /** Copies {@code count} runs of four vectors, steps in floats. */
  void copy4(float[] x, int xo, int xStep, float[] y, int yo, int yStep, int count);

  /**
   * A tile of a weight gradient: for k in {@link #channels} of dy and s in four streams of x, per
   * lane, {@code sums[so + (k * 4 + s) * lanes] += sum over i in count of x[xo + (i * 4 + s) *
   * lanes] * dy[dyo + (i * channels + k) * lanes]}.
   */
  void products(float[] x, int xo, float[] dy, int dyo, int count, float[] sums, int so);

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

  /** The kernels of {@code lanes} lanes; only one lane works without the incubator module. */
  static ImageKernels of(int lanes) {
    return switch (lanes) {
      case 1 -> new ImageKernels1();
      case 4 -> new ImageKernels4();
      case 8 -> new ImageKernels8();
      case 16 -> new ImageKernels16();
      default ->
          throw new IllegalArgumentException(
              "image kernels: lanes must be 1, 4, 8 or 16, but are " + lanes);
    };
  }
}
