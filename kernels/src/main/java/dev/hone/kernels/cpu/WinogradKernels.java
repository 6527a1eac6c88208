package dev.hone.kernels.cpu;

/**
 * The inner loops of {@link WinogradConvolution}. {@link ImageKernels} says what they have in
 * common.
 */
interface WinogradKernels {
  /** Output channels that are multiplied together; the outputs are a multiple of them. */
  int channels();

  /** Tiles that {@link #winogradProducts} takes together; a tile's vectors lie that far apart. */
  int TILES = 4;

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
}
