package dev.hone.kernels.cpu;

/**
 * The weights' transform of {@link WinogradConvolution}, in double: u = G w G^T, with G's rows at
 * the points 0, 1, -1, 2, -2 and infinity:
 *
 * <pre>
 *  1/4    0    0
 * -1/6 -1/6 -1/6
 * -1/6  1/6 -1/6
 * 1/24 1/12  1/6
 * 1/24 -1/12 1/6
 *    0    0    1
 * </pre>
 */
final class WinogradWeights {
  static final int PLACES = 36;

  /** Inputs that are transformed before their results go to the 36 places. */
  private static final int CHUNK = 16;

  private final ConvolutionPass.Filter filter;
  private final float[] w;
  private final float[] u;
  private final int block;

  /**
   * @param u {@code [place][block of outputs][input][output]}
   * @param block outputs of a block
   */
  WinogradWeights(ConvolutionPass.Filter filter, float[] w, float[] u, int block) {
    this.filter = filter;
    this.w = w;
    this.u = u;
    this.block = block;
  }

  /**
   * Transforms one block of outputs. The places lie a power of two apart, in one set of the
   * first-level cache: written one by one, they throw each other out (444 us for 64 x 64 filters,
   * against 130 this way).
   */
  void transform(int number) {
    Workspace own = Workspace.ofThread();
    float[] chunk = own.floats(Workspace.Use.TRANSFORMED, PLACES * CHUNK * block);
    double[] columns = own.doubles(PLACES / 2);
    for (int from = 0; from < filter.inputC(); from += CHUNK) {
      int count = Math.min(CHUNK, filter.inputC() - from);
      for (int i = 0; i < count * block; i++) {
        int output = number * block + i % block;
        int at = filter.offset() + output * filter.output() + (from + i / block) * filter.input();
        columns(at, columns);
        rows(columns, chunk, i);
      }
      for (int place = 0; place < PLACES; place++) {
        int to = (place * filter.outputC() + number * block) * filter.inputC() + from * block;
        System.arraycopy(chunk, place * CHUNK * block, u, to, count * block);
      }
    }
  }

  /** to[i, j] = (G w)[i, j] for the 3 x 3 taps at {@code at}. */
  private void columns(int at, double[] to) {
    for (int j = 0; j < 3; j++) {
      int column = at + j * filter.column();
      double g0 = w[column];
      double g1 = w[column + filter.row()];
      double g2 = w[column + 2 * filter.row()];
      double outer = g0 + g2;
      double far = g0 * (1 / 24.0) + g2 * (1 / 6.0);
      double middle = g1 * (1 / 12.0);
      to[j] = g0 * 0.25;
      to[3 + j] = (outer + g1) * (-1 / 6.0);
      to[6 + j] = (outer - g1) * (-1 / 6.0);
      to[9 + j] = far + middle;
      to[12 + j] = far - middle;
      to[15 + j] = g2;
    }
  }

  /** to's place (i, j) at {@code at} = (from G^T)[i, j]. */
  private void rows(double[] from, float[] to, int at) {
    int step = CHUNK * block;
    for (int i = 0; i < 6; i++) {
      double g0 = from[3 * i];
      double g1 = from[3 * i + 1];
      double g2 = from[3 * i + 2];
      double outer = g0 + g2;
      double far = g0 * (1 / 24.0) + g2 * (1 / 6.0);
      double middle = g1 * (1 / 12.0);
      int place = at + 6 * i * step;
      to[place] = (float) (g0 * 0.25);
      to[place + step] = (float) ((outer + g1) * (-1 / 6.0));
      to[place + 2 * step] = (float) ((outer - g1) * (-1 / 6.0));
      to[place + 3 * step] = (float) (far + middle);
      to[place + 4 * step] = (float) (far - middle);
      to[place + 5 * step] = (float) g2;
    }
  }
}
