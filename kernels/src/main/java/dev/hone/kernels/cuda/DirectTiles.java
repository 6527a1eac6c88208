package dev.hone.kernels.cuda;

/**
 * How direct.ptx cuts an {@link ImplicitProduct} whose columns are pixels: tiles of one image's
 * pixels, and slices of a few channels with all taps.
 *
 * @param log2R rows of a tile are {@code 16 * 2^log2R}
 * @param log2Width a tile is {@code 2^log2Width} pixels wide
 * @param height rows of pixels of a tile
 * @param slice k of a slice
 * @param patchRows rows of the source that a tile meets
 * @param patchColumns columns of the source that a tile meets
 */
record DirectTiles(
    ImplicitProduct product,
    int log2R,
    int log2Width,
    int height,
    int slice,
    int patchRows,
    int patchColumns) {
  /** About as many k as make the barriers of a slice cheap. */
  private static final int SLICE = 36;

  private static final int PIXELS = 64;
  private static final int LANES = 16;
  private static final int BANKS = 32;
  private static final int MOST_SHARED = 48 << 10;

  /** Idle lanes cost more than what patches save; where that turns is an estimate. */
  private static final double BUSY = 0.6;

  static DirectTiles of(ImplicitProduct p) {
    ImplicitProduct.Digits c = p.columns();
    ImplicitProduct.Digits k = p.k();
    int log2R = Tiles.of(p.rows(), c.count()).log2R();
    int log2Width = padded(c.low(), 8) < padded(c.low(), 16) ? 3 : 4;
    int height = (PIXELS >> log2Width) * (4 >> log2R);
    int taps = Math.max(1, k.middle() * k.low());
    int slice = Math.max(1, Math.min(SLICE / taps, k.count() / taps)) * taps;
    return new DirectTiles(
        p,
        log2R,
        log2Width,
        height,
        slice,
        reach(height, c.rowStep(), k.middle(), k.rowStep()),
        reach(1 << log2Width, c.columnStep(), k.low(), k.columnStep()));
  }

  private static int padded(int extent, int tile) {
    return Math.ceilDiv(extent, tile) * tile;
  }

  private static int reach(int pixels, int step, int taps, int tapStep) {
    return (pixels - 1) * step + (taps - 1) * Math.abs(tapStep) + 1;
  }

  int images() {
    return product.columns().count() / (product.columns().middle() * product.columns().low());
  }

  /** How many tiles below each other, beside each other and in all images. */
  int count() {
    int below = Math.ceilDiv(product.columns().middle(), height);
    int beside = Math.ceilDiv(product.columns().low(), 1 << log2Width);
    int rows = Math.ceilDiv(product.rows(), 16 << log2R);
    return Math.multiplyExact(Math.multiplyExact(rows * below, beside), images());
  }

  /** From row to row of a patch: as many columns, and more where banks would conflict. */
  int pitch() {
    for (int pitch = patchColumns; pitch < patchColumns + BANKS; pitch++) {
      if (banks(pitch) == LANES) {
        return pitch;
      }
    }
    return patchColumns;
  }

  /** In how many banks the elements of 16 lanes' pixels lie. */
  private int banks(int pitch) {
    int seen = 0;
    for (int lane = 0; lane < LANES; lane++) {
      int row = (lane >> log2Width) * product.columns().rowStep();
      int column = (lane & (1 << log2Width) - 1) * product.columns().columnStep();
      seen |= 1 << (row * pitch + column) % BANKS;
    }
    return Integer.bitCount(seen);
  }

  int sharedBytes() {
    int taps = product.k().middle() * product.k().low();
    int patch = slice / Math.max(1, taps) * patchRows * pitch();
    return slice * (80 << log2R) + slice * 8 + patch * Float.BYTES;
  }

  /** Whether direct.ptx can compute this product at all. */
  boolean possible() {
    return product.k().count() > 0 && !product.byK() && sharedBytes() <= MOST_SHARED;
  }

  /** Whether it should: there are taps to read a pixel for, and few lanes without one. */
  boolean worthwhile() {
    int width = product.columns().low();
    int rows = product.columns().middle();
    double lanes = (double) padded(width, 1 << log2Width) * padded(rows, PIXELS >> log2Width);
    boolean taps = product.k().middle() * product.k().low() > 1;
    return possible() && taps && (double) width * rows >= BUSY * lanes;
  }
}
