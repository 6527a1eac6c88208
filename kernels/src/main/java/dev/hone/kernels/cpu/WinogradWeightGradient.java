package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.WeightGradientPass.START;

import java.util.Arrays;

/**
 * The gradient of the weights of a 3x3 convolution of stride 1 in Winograd's domain: the transpose
 * of {@link WinogradConvolution}'s F(4x4, 3x3) as a map of the weights, with 36 multiplications
 * where the direct way takes 144.
 *
 * <pre>y = A^T [ (G w G^T) * (B^T d B) ] A,  so  dw = G^T [ sum of (B^T d B) * (A dy A^T) ] G</pre>
 *
 * <p>The sum runs over all tiles and images, and each of the 36 places is a matrix product of V =
 * B^T d B and Z = A dy A^T. Sums in lanes of images would be 16 times as many numbers as there are
 * weights and move in and out of the registers at every block, so dy is transposed first, output
 * channels into the lanes, and numbers of V are broadcast; two images at a time, since with one
 * image there are as many loads as multiplications (0.7 of the peak). The sums of even and odd
 * images are added at the end.
 *
 * <p>Work is cut into slices of the strips of tiles, from the shapes alone, and slices are added in
 * their order: the number of threads changes no bit. Padding lanes are cleared before the second
 * half of each transform: multiplied by zero, a NaN would stay.
 *
 * <p>The ladder, 16 channels at 32x32 and 64 at 8x8, batch 128, one thread of a Zen 4 machine with
 * AVX-512 (117 GFLOP/s of FMA measured), in GFLOP/s of the direct way:
 *
 * <ul>
 *   <li>direct, images in the lanes: 71 and 72
 *   <li>Winograd, places far apart, one image's number per broadcast: 116 and 169
 *   <li>a channel's 36 places side by side, so that transforms have one index and few range checks,
 *       and pairs of images: 128 and 111, the latter for the sums' transform, one weight at a time
 *   <li>sums transformed and added as vectors, fewer slices: 128 and 205
 *   <li>each strip read once in its order before the transforms jump between its rows: 165 and 205
 *   <li>four channels' columns written out: 175 and 225; libtorch 2.10: 111 and 107
 * </ul>
 *
 * <p>The products run at 0.92 of the peak and take 1.6 ms; at 16 channels the transforms, which
 * move every number four times through the first-level cache, take longer than they.
 *
 * <p>Errors, in rounding units of the largest weight: 30 to 70 on these shapes, 6 the direct way.
 */
final class WinogradWeightGradient {
  /** The pixels of a tile of dy, each way. */
  private static final int SIDE = 4;

  private static final int PLACES = 36;
  private static final int STEP = WinogradGradientKernels.PLACES;
  private static final int CHANNELS = WinogradGradientKernels.CHANNELS;

  /** Tiles of a strip: V and Z of one lie in the second-level cache. */
  private static final int TILES = 4;

  /** Slices that keep any number of threads we expect busy. */
  private static final int SLICES = 16;

  /** Tiles of a slice at least: clearing and transforming its sums costs as much as one. */
  private static final int SLICE_TILES = 4;

  private final WeightGradientPass p;
  private final WinogradGradientKernels kernels;
  private final int lanes;
  private final int wide;

  /** Images whose numbers lie side by side. */
  private final int pair;

  private final int strip;

  /** Strips of a row of tiles. */
  private final int strips;

  /** Strips of the batch. */
  private final int units;

  private final int slices;

  /** {@code p} must be {@link #suits suitable}. */
  WinogradWeightGradient(WeightGradientPass p) {
    this.p = p;
    kernels = p.kernels.winogradGradient();
    lanes = p.lanes;
    wide = kernels.wide();
    pair = lanes / wide;
    int tilesW = p.width / SIDE;
    int rows = p.groups * (p.height / SIDE);
    strip = Math.min(TILES, tilesW);
    strips = (tilesW + strip - 1) / strip;
    units = rows * strips;
    slices = Math.min(units, Math.clamp(rows * tilesW / SLICE_TILES, 2, SLICES));
  }

  /** Whether this is the way: with few channels the transforms cost what they save. */
  static boolean suits(WeightGradientPass p) {
    WinogradGradientKernels kernels = p.kernels.winogradGradient();
    return p.threeByThree()
        && p.padding == 1
        && p.height % SIDE == 0
        && p.width % SIDE == 0
        && p.groups * p.height * p.width > 0
        && p.inputs >= 16
        && p.outputs >= 16
        && p.inputs % kernels.block() == 0
        && p.outputs % (2 * kernels.wide()) == 0;
  }

  /** Writes dw row-major. */
  void run(float[] dw) {
    int length = p.outputs * p.inputs * 9 * pair;
    float[] sums = Workspace.ofThread().floats(Workspace.Use.PARTIAL, START + slices * length);
    p.workers.parallelFor(
        slices,
        slice -> {
          Part part = new Part();
          for (int u = units * slice / slices; u < units * (slice + 1) / slices; u++) {
            part.add(u);
          }
          part.weights(sums, START + slice * length);
        });
    p.workers.parallelFor(
        p.outputs / wide,
        k -> {
          int run = p.inputs * 9 * lanes;
          WeightGradientPass.addSlices(sums, length, slices, START + k * run, run);
          write(sums, k, dw);
        });
  }

  /** One vector of output channels: adds the images of a pair. */
  private void write(float[] sums, int k, float[] dw) {
    int each = p.inputs * 9;
    for (int i = 0; i < wide; i++) {
      int to = (k * wide + i) * each;
      int at = START + k * each * lanes + i * pair;
      for (int j = 0; j < each; j++, at += lanes) {
        dw[to + j] = pair == 1 ? sums[at] : sums[at] + sums[at + 1];
      }
    }
  }

  /** The sums of one slice. */
  private final class Part {
    private final int vTile = p.inputs * STEP * wide;
    private final int zTile = p.outputs * STEP * lanes;

    /** A vector more than the sums of a place, or places would share a few cache sets. */
    private final int mPlace = p.inputs * p.outputs * pair + lanes;

    private final float[] rows;
    private final float[] zeros;
    private final float[] pixels;
    private final float[] scratch;
    private final double[] v;
    private final float[] z;
    private final float[] m;

    Part() {
      Workspace own = Workspace.ofThread();
      rows = own.floats(Workspace.Use.ROWS, START + (strip * SIDE + 2) * 6 * CHANNELS * lanes);
      zeros = own.floats(Workspace.Use.BORDER, START + CHANNELS * lanes);
      pixels = own.floats(Workspace.Use.PIXELS, START + SIDE * SIDE * wide * lanes);
      scratch = own.floats(Workspace.Use.TILE, START + PLACES * lanes);
      v = own.doubles(START / 2 + strip * vTile);
      z = own.floats(Workspace.Use.DY_TRANSFORMED, START + strip * zTile);
      m = own.floats(Workspace.Use.MULTIPLIED, START + PLACES * mPlace);
      Arrays.fill(zeros, 0, START + CHANNELS * lanes, 0f);
      Arrays.fill(m, 0, START + PLACES * mPlace, 0f);
    }

    /** Adds the products of one strip of tiles. */
    void add(int unit) {
      int column = unit % strips * strip * SIDE;
      int tiles = Math.min(strip, (p.width - column) / SIDE);
      int row = unit / strips % (p.height / SIDE) * SIDE;
      int group = unit / strips / (p.height / SIDE);
      touch(group, row, column, tiles * SIDE);
      for (int c = 0; c < p.inputs; c += CHANNELS) {
        input(group, row, column, tiles, c);
      }
      for (int j = 0; j < tiles; j++) {
        for (int k = 0; k < p.outputs; k += wide) {
          gradient(group, row, column + j * SIDE, k, START + j * zTile + k * STEP * lanes);
        }
      }
      products(tiles);
    }

    /** Brings a strip's pixels nearer, in their order: the transforms jump between rows. */
    private void touch(int group, int row, int column, int columns) {
      var near = p.kernels.weightGradient();
      for (int i = row == 0 ? 0 : 1; i < Math.min(SIDE + 1, p.height - row); i++) {
        int from = p.xRow(group, row + i) + column * p.inputs * lanes;
        scratch[0] = near.touch(p.x, from, Math.min(columns + 1, p.width - column) * p.inputs);
      }
      for (int i = 0; i < SIDE; i++) {
        int from = p.dyRow(group, row + i) + column * p.outputs * lanes;
        scratch[0] = near.touch(p.dy, from, columns * p.outputs);
      }
    }

    /** V of some channels of a strip. */
    private void input(int group, int row, int column, int tiles, int channel) {
      int pixel = p.inputs * lanes;
      int step = p.width * pixel;
      int columns = tiles * SIDE + 2;
      int length = 6 * CHANNELS * lanes;
      int left = column == 0 ? 1 : 0;
      int right = column + tiles * SIDE == p.width ? 1 : 0;
      int at = p.xRow(group, row) + (column - 1 + left) * pixel + channel * lanes;
      boolean top = row == 0;
      boolean bottom = row + SIDE == p.height;
      kernels.inputRows(
          top ? zeros : p.x,
          top ? 0 : pixel,
          top ? START : at - step,
          p.x,
          at,
          step,
          bottom ? zeros : p.x,
          bottom ? 0 : pixel,
          bottom ? START : at + SIDE * step,
          pixel,
          columns - left - right,
          rows,
          START + left * length);
      Arrays.fill(rows, START, START + left * length, 0f);
      Arrays.fill(rows, START + (columns - right) * length, START + columns * length, 0f);
      int images = p.images(group);
      if (images < lanes) {
        for (int i = START + images; i < START + columns * length; i += lanes) {
          Arrays.fill(rows, i, i + lanes - images, 0f);
        }
      }
      kernels.inputColumns(rows, START, tiles, v, START / 2 + channel * STEP * wide, vTile);
    }

    /** Z of a vector of channels of a tile. */
    private void gradient(int group, int row, int column, int channel, int zo) {
      int pixel = p.outputs * lanes;
      int from = p.dyRow(group, row) + column * pixel + channel * lanes;
      kernels.exchange(p.dy, from, p.width * pixel, pixel, pixels, START);
      for (int image = p.images(group); image < lanes; image++) {
        int first = START + image / pair * SIDE * SIDE * lanes + image % pair;
        for (int i = 0; i < SIDE * SIDE * wide; i++) {
          pixels[first + i * pair] = 0f;
        }
      }
      kernels.gradient(pixels, scratch, z, zo);
    }

    private void products(int tiles) {
      int block = kernels.block();
      for (int place = 0; place < PLACES; place++) {
        int mo = START + place * mPlace;
        for (int k = 0; k < p.outputs; k += 2 * wide) {
          int zo = START + (k * STEP + place) * lanes;
          for (int c = 0; c < p.inputs; c += block) {
            int vo = START / 2 + (c * STEP + place) * wide;
            kernels.products(v, vo, vTile, z, zo, zTile, tiles, m, mo);
            mo += block * 2 * lanes;
          }
        }
      }
    }

    /** The slice's dw, {@code [vector of output channels][input channel][9][lanes]}. */
    void weights(float[] sums, int to) {
      for (int k = 0; k < p.outputs / wide; k++) {
        for (int c = 0; c < p.inputs; c++) {
          int from = START + ((k / 2 * p.inputs + c) * 2 + k % 2) * lanes;
          int at = to + (k * p.inputs + c) * 9 * lanes;
          kernels.weights(m, from, mPlace, scratch, sums, at);
        }
      }
    }
  }
}
