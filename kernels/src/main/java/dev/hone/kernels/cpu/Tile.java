package dev.hone.kernels.cpu;

/**
 * The innermost part of {@link MatMul}: a few rows by a few columns of a product. Every element is
 * one chain of fused multiply-adds along k, so all implementations give the same bits.
 */
interface Tile {
  /** Rows of a tile. */
  int ROWS = 4;

  /** Columns of a tile. */
  int columns();

  /**
   * tile {@code [ROWS, columns]} = a b over {@code depth} values of k.
   *
   * @param a packed {@code [depth, ROWS]} from {@code aFrom}
   * @param b packed {@code [depth, columns]} from {@code bFrom}
   */
  void multiply(int depth, float[] a, int aFrom, float[] b, int bFrom, float[] tile);

  /** Stores a whole tile to c, or adds it there unless it is the {@code first} along k. */
  void merge(float[] tile, float[] c, int co, int rowStride, boolean first);

  /** As {@link #merge}, for the tiles at the edges. */
  default void mergePart(
      float[] tile, float[] c, int co, int rowStride, boolean first, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        float v = tile[r * columns() + j];
        int at = co + r * rowStride + j;
        c[at] = first ? v : c[at] + v;
      }
    }
  }

  /** The definition, for machines without vectors. */
  final class Scalar implements Tile {
    private static final int COLUMNS = 16;

    @Override
    public int columns() {
      return COLUMNS;
    }

    @Override
    public void multiply(int depth, float[] a, int aFrom, float[] b, int bFrom, float[] tile) {
      java.util.Arrays.fill(tile, 0, ROWS * COLUMNS, 0);
      for (int k = 0; k < depth; k++) {
        for (int r = 0; r < ROWS; r++) {
          float x = a[aFrom + k * ROWS + r];
          for (int j = 0; j < COLUMNS; j++) {
            int at = r * COLUMNS + j;
            tile[at] = Math.fma(x, b[bFrom + k * COLUMNS + j], tile[at]);
          }
        }
      }
    }

    @Override
    public void merge(float[] tile, float[] c, int co, int rowStride, boolean first) {
      mergePart(tile, c, co, rowStride, first, ROWS, COLUMNS);
    }
  }
}
