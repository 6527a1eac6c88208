package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;

/**
 * The inner loops of {@link WinogradWeightGradient}. {@link ImageKernels} says what they have in
 * common.
 *
 * <p>Here two images lie side by side in one {@code double}: it is only moved, never calculated
 * with, and lets one broadcast serve two images. A vector then is {@link #wide} such pairs.
 */
interface WinogradGradientKernels {
  /** Where the scratch begins in its array. */
  int START = Layout.BatchLanes.START;

  /** Vectors from one channel's 36 places to the next's; odd, so that they share no cache sets. */
  int PLACES = 37;

  /** Channels that {@link #inputRows} and {@link #inputColumns} take together. */
  int CHANNELS = 4;

  /** Input channels of {@link #products}. */
  int block();

  /** Pairs of a vector: half of the lanes, but 1 for one lane, where a pair is one image. */
  int wide();

  /**
   * The first half of V = B^T d B: for four channels of {@code columns} columns of six pixels, the
   * six vectors of {@code B^T d}, at {@code ro + ((column * 4 + channel) * 6 + row) * lanes}. The
   * four pixels in the middle are at {@code xo} of x; those above and below have their own arrays
   * and steps, since they may be zeros.
   */
  void inputRows(
      float[] top,
      int topStep,
      int to,
      float[] x,
      int xo,
      int rowStep,
      float[] bottom,
      int bottomStep,
      int bo,
      int columnStep,
      int columns,
      float[] rows,
      int ro);

  /**
   * The second half: from the rows of {@code 4 * tiles + 2} columns, place p of channel c of tile j
   * at {@code vo + j * tileStep + (c * 37 + p) * wide}.
   */
  void inputColumns(float[] rows, int ro, int tiles, double[] v, int vo, int tileStep);

  /**
   * Transposes 4 x 4 pixels of dy, {@link #wide} channels each: pair n of channel k of pixel q goes
   * to pair k of the vector at {@code to + (n * 16 + q) * lanes}.
   */
  void exchange(float[] dy, int from, int rowStep, int columnStep, float[] pixels, int to);

  /**
   * Z = A dy A^T for the pairs of {@link #exchange}: place p of pair n at {@code zo + (n * 37 + p)
   * * lanes}.
   *
   * @param scratch of 24 vectors
   */
  void gradient(float[] pixels, float[] scratch, float[] z, int zo);

  /**
   * The products of one place: for c in {@link #block} and two vectors k of channels of dy, per
   * channel and per image of a pair, {@code m[mo + (c * 2 + k) * lanes] += sum over tiles j and
   * pairs n of v[vo + j * vStep + c * 37 * wide + n] * z[zo + j * zStep + (k * wide + n) * 37 *
   * lanes]}.
   */
  void products(
      double[] v, int vo, int vStep, float[] z, int zo, int zStep, int tiles, float[] m, int mo);

  /**
   * dw = G^T M G for one vector of channels: nine vectors at {@code to}.
   *
   * @param scratch of 18 vectors
   */
  void weights(float[] m, int mo, int placeStep, float[] scratch, float[] dw, int to);
}
