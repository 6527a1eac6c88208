package dev.hone.kernels.cpu;

import java.util.Arrays;
import java.util.List;

/**
 * A 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv 1509.09308): 36
 * multiplications for 16 pixels where the direct way takes 144.
 *
 * <pre>y = A^T [ (G w G^T) * (B^T d B) ] A,   at the points 0, 1, -1, 2, -2 and infinity</pre>
 *
 * <p>with d a tile of 6 x 6 pixels and y its 4 x 4 in the middle. The product is elementwise over
 * the 36 places and sums over the input channels: 36 small matrix products, four tiles at a time so
 * that a block's numbers stay in the second-level cache. With one image per lane the transforms are
 * plain vertical code.
 *
 * <p>The ladder, 16 channels at 32x32, 32 at 16x16 and 64 at 8x8, one thread and 16 images of a Zen
 * 4 with AVX-512 (117 GFLOP/s of FMA), in direct-equivalent GFLOP/s, the best of many calls:
 *
 * <ul>
 *   <li>direct ({@link DirectConvolution}): 101, 113, 122
 *   <li>this way tile by tile, border tiles copied, relu and the rest as a pass over each tile, the
 *       weights transformed in every call: 180, 180, 98
 *   <li>strips of four tiles that share the first pass and read x in long runs, zeros instead of
 *       copies at the borders, V and M a channel in one stretch, M for 16 outputs at a time, the
 *       products' loop unrolled by two, the weights transformed once: 248, 313, 364
 * </ul>
 *
 * <p>What is left, in cycles per channel and tile of the first shape: products 605 (576 at the
 * peak), input transform 270, output transform 270. Both transforms wait for the second-level cache
 * (4 cycles for a vector written, 2 for one read) more than they compute. Tried in vain: M place by
 * place (0.88 of these products' speed), tiles of 6 x 4, 3 x 8 and 8 x 2 vectors.
 *
 * <p>On a Zen 5 (237 GFLOP/s of FMA), whole batches of 128 through the public API: 195, 416 and 455
 * as above; 254, 349 and 530 with objects at cache lines, which puts V, M and the scratch there
 * ({@link WinogradKernels#START}); 271, 451 and 586 with x and y there too. Every vector that
 * straddles two lines costs two accesses. Scratch and M for 8 channels at a time instead of 16 take
 * an ICP step from 95 to 89 ms there; on the Zen 4, without alignment, they were slower. Tried in
 * vain: M's columns transformed right behind their products.
 *
 * <p>Its rounding errors are larger than the direct convolution's, since the transforms multiply by
 * up to 8 and subtract: up to 1.0e-5 of the largest value seen (direct: 1.1e-6). {@code
 * -Dhone.winograd=false} turns it off.
 */
final class WinogradConvolution {
  private static final String PROPERTY = "hone.winograd";

  /** The pixels of a tile's output, each way. */
  private static final int SIDE = 4;

  /** Stands for a row outside the image, whatever the lane count. */
  private static final float[] ZERO = new float[WinogradKernels.START + 16 * WinogradKernels.DEPTH];

  private final ImageKernels kernels;
  private final Workers workers;
  private final ConvolutionPass p;
  private final float[] x;
  private final Epilogue epilogue;
  private final float[] y;
  private final int groups;
  private final int lanes;
  private final int tilesW;
  private final int tiles;
  private final float[] u;

  /** As for {@link DirectConvolution}; {@code p} must be {@link #suits suitable}. */
  WinogradConvolution(
      ImageKernels kernels,
      Workers workers,
      ConvolutionPass p,
      float[] x,
      CpuStorage w,
      Epilogue epilogue,
      float[] y,
      int groups) {
    this.kernels = kernels;
    this.workers = workers;
    this.p = p;
    this.x = x;
    this.epilogue = epilogue;
    this.y = y;
    this.groups = groups;
    lanes = kernels.lanes();
    tilesW = p.outputW() / SIDE;
    tiles = tilesW * (p.outputH() / SIDE);
    var form = new PackedWeights.Form(true, List.of(p.filter()));
    int length = WinogradWeights.PLACES * p.inputC() * p.outputC();
    u = w.packedWeights().get(form, length, to -> transform(w.floats(), to));
  }

  /** What {@code -Dhone.winograd} asks for; true unless it says otherwise. */
  static boolean chosen() {
    String asked = System.getProperty(PROPERTY, "true");
    return switch (asked) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(PROPERTY + ": must be true or false, but is " + asked);
    };
  }

  /**
   * Whether this is the way for {@code p}: with few channels the transforms cost what they save.
   */
  static boolean suits(ConvolutionPass p, int block) {
    return p.stride() == 1
        && p.dilationH() == 1
        && p.dilationW() == 1
        && p.tapsH() == 3
        && p.tapsW() == 3
        && p.padH() == 1
        && p.padW() == 1
        && p.outputH() == p.inputH()
        && p.outputW() == p.inputW()
        && p.outputH() % SIDE == 0
        && p.outputW() % SIDE == 0
        && p.inputC() >= 16
        && p.inputC() % 2 == 0
        && p.outputC() >= 16
        && p.outputC() % block == 0;
  }

  private void transform(float[] w, float[] to) {
    int block = kernels.winograd().channels();
    var weights = new WinogradWeights(p.filter(), w, to, block);
    workers.parallelFor(p.outputC() / block, weights::transform);
  }

  /** y = x conv w, with the epilogue. */
  void run() {
    int blocks = (tiles + WinogradKernels.TILES - 1) / WinogradKernels.TILES;
    int enough = 2 * workers.threads();
    int parts =
        groups >= enough ? 1 : Math.min(blocks, (enough + groups - 1) / Math.max(groups, 1));
    workers.parallelFor(
        groups * parts,
        task -> {
          var run = new Run(task / parts);
          int part = task % parts;
          for (int b = blocks * part / parts; b < blocks * (part + 1) / parts; b++) {
            run.block(b * WinogradKernels.TILES);
          }
        });
  }

  /** Some tiles of one image group, by one thread. */
  private final class Run {
    private final int xo;
    private final int yo;
    private final int pixel;
    private final int row;
    private final float[] v;
    private final float[] m;
    private final float[] scratch;
    private final int[] targets = new int[WinogradKernels.TILES];

    Run(int group) {
      pixel = p.inputC() * lanes;
      row = p.inputW() * pixel;
      xo = WinogradKernels.START + group * p.inputH() * row;
      yo = WinogradKernels.START + group * p.outputH() * p.outputW() * p.outputC() * lanes;
      Workspace own = Workspace.ofThread();
      int channel = WinogradKernels.CHANNEL * lanes;
      v = own.floats(Workspace.Use.TRANSFORMED, p.inputC() * channel + WinogradKernels.START);
      m =
          own.floats(
              Workspace.Use.MULTIPLIED, WinogradKernels.OUTPUTS * channel + WinogradKernels.START);
      scratch =
          own.floats(Workspace.Use.TILE, WinogradKernels.SCRATCH * lanes + WinogradKernels.START);
    }

    /** Up to four tiles from {@code first} on; those of one row of tiles are neighbours. */
    void block(int first) {
      int end = Math.min(tiles, first + WinogradKernels.TILES);
      int next;
      for (int tile = first; tile < end; tile = next) {
        next = Math.min(end, (tile / tilesW + 1) * tilesW);
        input(tile, next - tile, WinogradKernels.START + (tile - first) * lanes);
      }
      for (int k = 0; k < p.outputC(); k += WinogradKernels.OUTPUTS) {
        int count = Math.min(WinogradKernels.OUTPUTS, p.outputC() - k);
        kernels.winograd().products(v, u, p.inputC(), p.outputC(), k, count, m);
        output(first, end, k, count);
      }
    }

    /** A strip of {@code count} tiles of one row; pixels outside the image count as zero. */
    private void input(int tile, int count, int vo) {
      int h = tile / tilesW * SIDE - 1;
      int w = tile % tilesW * SIDE - 1;
      int columns = SIDE * count + 2;
      int from = Math.max(0, -w);
      int to = Math.min(columns, p.inputW() - w);
      if (from > 0) {
        clearColumn(0);
      }
      if (to < columns) {
        clearColumn(columns - 1);
      }
      boolean top = h < 0;
      boolean bottom = h + 6 > p.inputH();
      int second = xo + (h + 1) * row + (w + from) * pixel;
      kernels
          .winograd()
          .input(
              count,
              p.inputC(),
              from,
              to,
              pixel,
              top ? ZERO : x,
              top ? WinogradKernels.START : second - row,
              top ? 0 : pixel,
              top ? 0 : lanes,
              x,
              second,
              row,
              bottom ? ZERO : x,
              bottom ? WinogradKernels.START : second + 4 * row,
              bottom ? 0 : pixel,
              bottom ? 0 : lanes,
              scratch,
              v,
              vo);
    }

    private void clearColumn(int column) {
      for (int i = 0; i < 6 * WinogradKernels.DEPTH; i++) {
        int at = WinogradKernels.START + (i * WinogradKernels.COLUMNS + column) * lanes;
        Arrays.fill(scratch, at, at + lanes, 0f);
      }
    }

    private void output(int first, int end, int k, int count) {
      int step = p.outputC() * lanes;
      int rowStep = p.outputW() * step;
      for (int tile = first; tile < end; tile++) {
        targets[tile - first] = yo + tile / tilesW * SIDE * rowStep + tile % tilesW * SIDE * step;
      }
      kernels
          .winograd()
          .output(m, end - first, k, count, scratch, y, targets, rowStep, step, epilogue);
    }
  }
}
