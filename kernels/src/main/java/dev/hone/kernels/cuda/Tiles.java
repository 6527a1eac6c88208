package dev.hone.kernels.cuda;

/**
 * How gemm.ptx and convolution.ptx cut their output: a block has 4 warps of 16 rows and 64 columns
 * each, {@code 2^log2R} of them below each other.
 */
record Tiles(int log2R, int rows, int columns) {
  static final int THREADS = 128;

  /** A slice of k, which ranges of k are made of. */
  static final int SLICE = 16;

  private static final int PANEL_A = 16 * 20 * Float.BYTES;
  private static final int PANEL_B = 16 * 68 * Float.BYTES;

  /** For an output of {@code rows} x {@code columns}: few rows get wide tiles. */
  static Tiles of(int rows, int columns) {
    return new Tiles(rows <= 16 ? 0 : rows <= 32 ? 1 : 2, rows, columns);
  }

  private int panelsB() {
    return 4 >> log2R;
  }

  /** How many blocks cover the output. */
  int count() {
    return Math.multiplyExact(
        Math.ceilDiv(rows, 16 << log2R), Math.ceilDiv(columns, 64 * panelsB()));
  }

  /** Shared memory for the panels. */
  int panelBytes() {
    return (PANEL_A << log2R) + PANEL_B * panelsB();
  }

  /** Shared memory for the panels and the tables of convolution.ptx. */
  int panelAndTableBytes() {
    return panelBytes() + 16 * SLICE + 16 * 64 * panelsB();
  }
}
