package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;

/**
 * The inner loops of {@link WinogradConvolution}. {@link ImageKernels} says what they have in
 * common.
 *
 * <p>V and M lie as {@code [channel][row of places][place and tile]}, from {@link #START} on: what
 * a transform touches for one channel is one stretch of memory, and each row is a vector longer
 * than its 6 places of four tiles, so that the channels' vectors of one place spread over all sets
 * of the first-level cache.
 */
interface WinogradKernels {
  /** Tiles that are multiplied together. */
  int TILES = 4;

  /** Vectors of V or M from a row of places to the next. */
  int ROW = 6 * TILES + 1;

  /** Vectors of V or M from a channel to the next. */
  int CHANNEL = 6 * ROW;

  /** Columns of the widest strip of tiles. */
  int COLUMNS = 4 * TILES + 2;

  /** Input channels whose first pass {@link #input} finishes before their second begins. */
  int DEPTH = 8;

  /** The most output channels that are multiplied and then transformed back together. */
  int OUTPUTS = 8;

  /** Where V, M, the scratch, x and y begin in their arrays. */
  int START = Layout.BatchLanes.START;

  /** Vectors of scratch that {@link #input} and {@link #output} need. */
  int SCRATCH = Math.max(6 * COLUMNS * DEPTH, 24 * OUTPUTS);

  /** Output channels of a register tile; the outputs are a multiple of them. */
  int channels();

  /**
   * V = B^T d B for a strip of neighbouring tiles d of 6 x 6 pixels. The first pass, down the
   * columns, is shared: the strip has {@code 4 * tiles + 2} of them, of which those outside {@code
   * [from, to)} are not in the image and have zeros in {@code scratch} already. Element (i, j) of
   * tile n and channel c goes to {@code vo + (c * CHANNEL + i * ROW + j * TILES + n) * lanes}.
   *
   * @param x0 the array of the strip's first row, which starts at p0 for column {@code from}, with
   *     its steps; both are 0 where x0 is {@link #DEPTH} vectors of zeros that stand for the row
   * @param x the array of the rows 1 to 4
   * @param x5 as x0, for the last row
   * @param scratch of {@link #SCRATCH} vectors: a row's columns beside each other
   */
  void input(
      int tiles,
      int channels,
      int from,
      int to,
      int columnStep,
      float[] x0,
      int p0,
      int columnStep0,
      int channelStep0,
      float[] x,
      int p1,
      int rowStep,
      float[] x5,
      int p5,
      int columnStep5,
      int channelStep5,
      float[] scratch,
      float[] v,
      int vo);

  /**
   * M: for each of the 36 places p, of four tiles and of the outputs {@code from + k}, k in count,
   * the sum over the inputs c of V's element times {@code u[p][output / channels][c][output %
   * channels]}. The inputs are even, from and count multiples of {@link #channels}.
   */
  void products(float[] v, float[] u, int inputs, int outputs, int from, int count, float[] m);

  /**
   * y = A^T M A with the epilogue: 4 x 4 pixels for each tile and the channels {@code from + k}, k
   * in count, that M holds.
   *
   * @param scratch of {@link #SCRATCH} vectors
   * @param yo where each of the tiles starts in y
   */
  void output(
      float[] m,
      int tiles,
      int from,
      int count,
      float[] scratch,
      float[] y,
      int[] yo,
      int rowStep,
      int columnStep,
      Epilogue epilogue);
}
