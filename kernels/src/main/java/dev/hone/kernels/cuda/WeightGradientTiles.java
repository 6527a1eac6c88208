package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;

/**
 * How weightgradient.ptx cuts the gradient of a convolution's weights: blocks of rows and of
 * channels with all their taps, and tiles of one image's pixels of dy.
 *
 * @param log2R rows of a block are {@code 16 * 2^log2R}
 * @param log2Width a tile of pixels is {@code 2^log2Width} wide, and has 64
 * @param chunk channels of a block
 * @param patch where a block's channels of x lie in shared memory
 */
record WeightGradientTiles(
    ConvolutionShapes shapes, int log2R, int log2Width, int chunk, Patch patch) {
  /** Of a tile. */
  static final int PIXELS = 64;

  private static final int COLUMNS = 64;
  private static final int LANES = 16;
  private static final int BANKS = 32;
  private static final int PANEL = PIXELS * 20 * Float.BYTES;
  private static final int MOST_SHARED = 48 << 10;

  /** Idle lanes cost more than what patches save; where that turns is an estimate. */
  private static final double BUSY = 0.6;

  /**
   * A patch in shared memory, in elements.
   *
   * @param pitch from row to row
   * @param plane from channel to channel
   */
  record Patch(int pitch, int plane) {}

  /** The cut that reads least, for a convolution whose taps fit a block. */
  static WeightGradientTiles of(ConvolutionShapes s) {
    int columns = s.y().dim(3);
    int log2Width = padded(columns, 8) < padded(columns, 16) ? 3 : 4;
    int taps = taps(s);
    int best = 0;
    for (int log2R = 1; log2R <= 2; log2R++) {
      boolean fits = taps <= COLUMNS * (4 >> log2R);
      best = fits && read(s, log2R, log2Width) < read(s, best, log2Width) ? log2R : best;
    }
    int chunk = chunk(s, best);
    return new WeightGradientTiles(s, best, log2Width, chunk, patch(s, log2Width, chunk * taps));
  }

  private static int taps(ConvolutionShapes s) {
    return Math.max(1, s.w().dim(2) * s.w().dim(3));
  }

  private static int chunk(ConvolutionShapes s, int log2R) {
    return Math.max(1, Math.min(s.x().dim(1), COLUMNS * (4 >> log2R) / taps(s)));
  }

  private static int padded(int extent, int tile) {
    return Math.ceilDiv(extent, tile) * tile;
  }

  /** About how many elements of dy and x the blocks read of a tile. */
  private static long read(ConvolutionShapes s, int log2R, int log2Width) {
    int rows = s.w().dim(0);
    int channels = s.x().dim(1);
    long dy = (long) PIXELS * rows * Math.ceilDiv(channels, chunk(s, log2R));
    long x = (long) patchRows(s, log2Width) * patchColumns(s, log2Width) * channels;
    return dy + x * Math.ceilDiv(rows, 16 << log2R);
  }

  private static int patchRows(ConvolutionShapes s, int log2Width) {
    return reach(s, PIXELS >> log2Width, s.w().dim(2));
  }

  private static int patchColumns(ConvolutionShapes s, int log2Width) {
    return reach(s, 1 << log2Width, s.w().dim(3));
  }

  private static int reach(ConvolutionShapes s, int pixels, int taps) {
    return (pixels - 1) * s.geometry().stride() + (taps - 1) * s.geometry().dilation() + 1;
  }

  /** The smallest patch whose reads have no bank conflict; if there is none, the smallest. */
  private static Patch patch(ConvolutionShapes s, int log2Width, int columns) {
    int width = patchColumns(s, log2Width);
    int height = patchRows(s, log2Width);
    var best = new Patch(width, Integer.MAX_VALUE);
    for (int pitch = width; pitch < width + BANKS; pitch++) {
      for (int plane = height * pitch; plane < height * pitch + BANKS; plane++) {
        var patch = new Patch(pitch, plane);
        best = plane < best.plane && isFreeOfConflicts(s, patch, columns) ? patch : best;
      }
    }
    return best.plane < Integer.MAX_VALUE ? best : new Patch(width, height * width);
  }

  /** Whether the elements of any 16 columns that are read at once lie in 16 banks. */
  private static boolean isFreeOfConflicts(ConvolutionShapes s, Patch patch, int columns) {
    int kW = s.w().dim(3);
    int taps = taps(s);
    for (int first = 0; first < columns; first += LANES) {
      int seen = 0;
      int lanes = Math.min(LANES, columns - first);
      for (int column = first; column < first + lanes; column++) {
        int tap = column % taps;
        int element = (tap / kW * patch.pitch + tap % kW) * s.geometry().dilation();
        seen |= 1 << (element + column / taps * patch.plane) % BANKS;
      }
      if (Integer.bitCount(seen) < lanes) {
        return false;
      }
    }
    return true;
  }

  /** Tiles of pixels, in all images. */
  int pixelTiles() {
    int below = Math.ceilDiv(shapes.y().dim(2), PIXELS >> log2Width);
    int beside = Math.ceilDiv(shapes.y().dim(3), 1 << log2Width);
    return Math.multiplyExact(shapes.y().dim(0), Math.multiplyExact(below, beside));
  }

  /** Blocks for one range of pixels. */
  int blocks() {
    int rows = Math.ceilDiv(shapes.w().dim(0), 16 << log2R);
    return Math.multiplyExact(rows, Math.ceilDiv(shapes.x().dim(1), chunk));
  }

  int sharedBytes() {
    return (PANEL << log2R) + chunk * patch.plane * Float.BYTES;
  }

  /** Whether weightgradient.ptx can compute this gradient at all. */
  boolean possible() {
    return shapes.y().size() > 0
        && shapes.w().size() > 0
        && taps(shapes) <= COLUMNS * (4 >> log2R)
        && sharedBytes() <= MOST_SHARED;
  }

  /**
   * Whether it should: there are taps to read a pixel for, and tiles have few places without one.
   */
  boolean worthwhile() {
    double places =
        (double) padded(shapes.y().dim(2), PIXELS >> log2Width)
            * padded(shapes.y().dim(3), 1 << log2Width);
    boolean full = (double) shapes.y().dim(2) * shapes.y().dim(3) >= BUSY * places;
    return possible() && taps(shapes) > 1 && full;
  }
}
