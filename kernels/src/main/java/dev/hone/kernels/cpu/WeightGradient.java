package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.WeightGradientPass.START;

import java.util.Arrays;

/**
 * The gradient of a convolution's weights, dw {@code [K, C, KH, KW]}: a matrix product of the
 * numbers of x, as a tap sees them, with the vectors of dy over its channels, which sums over
 * images and pixels.
 *
 * <p>A row of dy is transposed once, output channels into the lanes; x is read as it lies, one
 * number at a time for all lanes. So nothing else is packed, a tile's sums are the weights
 * themselves, and images beyond the batch are simply not visited. A tile holds some input channels
 * of a tap times, where the stride is 1, the pixels of dy that neighbouring tap columns see, else
 * neighbouring vectors of channels: a number of x serves up to three products.
 *
 * <p>Work is cut into blocks of output channels times slices of dy's rows, both from the shapes
 * alone, and slices are added in their order: the number of threads changes no bit.
 *
 * <p>The ladder, 3x3 of stride 2, 16 to 32 channels at 32x32 and 32 to 64 at 16x16, batch 128, one
 * thread of a Zen 4 machine with AVX-512 (117 GFLOP/s of FMA measured), in GFLOP/s:
 *
 * <ul>
 *   <li>naive, seven loops over {@code [N, C, H, W]}: 1.0 and 1.0
 *   <li>images in the lanes, both operands packed, tiles of 4 x 4 vectors: 56 and 57
 *   <li>output channels in the lanes, x broadcast, tiles of 8 channels x 2 vectors: 71 and 102; the
 *       tile alone, from the first-level cache: 112
 *   <li>x read once in its order ahead of the tiles, which the processor's prefetching does not
 *       follow: 89 and 107; libtorch 2.10 on the same machine: 92 and 90
 * </ul>
 *
 * <p>What is left is memory: 12 MB of x and dy cross the caches in 3 ms.
 */
final class WeightGradient {
  /** Tasks that keep any number of threads we expect busy, where the batch allows. */
  static final int TASKS = 16;

  /** Pixels of dy that meet all taps and channels of x while the nearest caches hold them. */
  private static final int PIXELS = 16;

  private final WeightGradientPass p;
  private final WeightGradientKernels kernels;
  private final int lanes;
  private final GradientRows gradient;

  /** Whether a tile's vectors of dy are the pixels that neighbouring tap columns see. */
  private final boolean acrossTaps;

  /** Vectors of output channels in a task. */
  private final int vectors;

  private final int channelTasks;
  private final int slices;

  /** Floats of a task's sums. */
  private final int length;

  WeightGradient(WeightGradientPass p) {
    this.p = p;
    kernels = p.kernels.weightGradient();
    lanes = p.lanes;
    acrossTaps = p.stride == 1 && p.tapsW > 1;
    int reach = (p.tapsW - 1) * p.dilation;
    gradient =
        acrossTaps
            ? new GradientRows(p, reach - p.padding, p.width + reach)
            : new GradientRows(p, 0, p.outputW);
    vectors = Math.min((p.outputs + lanes - 1) / lanes, Math.max(2, 16 / lanes));
    channelTasks = (p.outputs + vectors * lanes - 1) / (vectors * lanes);
    slices = Math.max(1, Math.min(p.groups * p.outputH, TASKS / channelTasks));
    length = vectors * lanes * p.inputs * p.tapsH * p.tapsW;
  }

  /** Writes dw row-major. */
  void run(float[] dw) {
    int step = channelTasks * length;
    float[] sums = Workspace.ofThread().floats(Workspace.Use.PARTIAL, START + slices * step);
    p.workers.parallelFor(
        slices * channelTasks,
        task -> {
          Part part = new Part(task % channelTasks, sums, START + task * length);
          int slice = task / channelTasks;
          int rows = p.groups * p.outputH;
          for (int row = rows * slice / slices; row < rows * (slice + 1) / slices; row++) {
            part.row(row / p.outputH, row % p.outputH);
          }
        });
    p.workers.parallelFor(
        channelTasks,
        task -> {
          WeightGradientPass.addSlices(sums, step, slices, START + task * length, length);
          new Tiles(task).write(sums, START + task * length, dw);
        });
  }

  /**
   * How the tiles of a task follow each other: by tap row, then {@code outer}, then {@code many}.
   */
  private final class Tiles {
    final int channel;
    final int vectorsHere;

    /** Vectors of dy that could stand in one tile: tap columns or vectors of channels. */
    final int many;

    /** The other one of the two. */
    final int outer;

    Tiles(int channelTask) {
      channel = channelTask * vectors * lanes;
      vectorsHere = Math.min(vectors, (p.outputs - channel + lanes - 1) / lanes);
      many = acrossTaps ? p.tapsW : vectorsHere;
      outer = acrossTaps ? vectorsHere : p.tapsW;
    }

    int together(int n) {
      return Math.min(many - n, WeightGradientKernels.VECTORS);
    }

    void write(float[] sums, int so, float[] dw) {
      int at = so;
      for (int i = 0; i < p.tapsH; i++) {
        for (int o = 0; o < outer; o++) {
          for (int n = 0; n < many; n += WeightGradientKernels.VECTORS) {
            for (int e = 0; e < p.inputs * together(n); e++) {
              int vector = n + e % together(n);
              int tap = i * p.tapsW + (acrossTaps ? vector : o);
              int k = channel + (acrossTaps ? o : vector) * lanes;
              int to = (k * p.inputs + e / together(n)) * p.tapsH * p.tapsW + tap;
              for (int l = 0; l < Math.min(lanes, p.outputs - k); l++) {
                dw[to + l * p.inputs * p.tapsH * p.tapsW] = sums[at + l];
              }
              at += lanes;
            }
          }
        }
      }
    }
  }

  /** Some output channels over one slice of the rows of dy. */
  private final class Part {
    private final Tiles tiles;
    private final float[] sums;
    private final int so;
    private final float[] panel;
    private final int pixel;

    /** Takes what {@link WeightGradientKernels#touch} returns; never read. */
    private final float[] sink = Workspace.ofThread().floats(Workspace.Use.SINK, 1);

    Part(int channelTask, float[] sums, int so) {
      this.sums = sums;
      this.so = so;
      tiles = new Tiles(channelTask);
      pixel = gradient.pixel(tiles.vectorsHere);
      panel =
          Workspace.ofThread()
              .floats(Workspace.Use.DY_PANEL, START + gradient.length(tiles.vectorsHere));
      Arrays.fill(sums, so, so + length, 0f);
    }

    void row(int group, int oh) {
      gradient.pack(group, oh, tiles.channel, tiles.vectorsHere, panel, START);
      int top = oh * p.stride - p.padding;
      touch(group, top + (p.tapsH - 1) * p.dilation + 1);
      int images = p.images(group);
      for (int first = 0; first < (acrossTaps ? p.width : p.outputW); first += PIXELS) {
        for (int i = 0; i < p.tapsH; i++) {
          int ih = top + i * p.dilation;
          if (ih >= 0 && ih < p.height) {
            tapRow(i, p.xRow(group, ih), first, images);
          }
        }
      }
    }

    /** The rows of x before {@code end} that no row of dy has seen yet. */
    private void touch(int group, int end) {
      int row = p.width * p.inputs;
      for (int ih = Math.max(0, end - p.stride); ih < Math.min(p.height, end); ih++) {
        sink[0] = kernels.touch(p.x, p.xRow(group, ih), row);
      }
    }

    /** The products of one tap row for some pixels: of x across taps, else of dy. */
    private void tapRow(int i, int xRow, int first, int images) {
      int at = so + i * p.tapsW * tiles.vectorsHere * p.inputs * lanes;
      for (int o = 0; o < tiles.outer; o++) {
        for (int n = 0; n < tiles.many; n += WeightGradientKernels.VECTORS) {
          if (acrossTaps) {
            taps(o, n, xRow, first, images, at);
          } else {
            channels(o, n, xRow, first, images, at);
          }
          at += tiles.together(n) * p.inputs * lanes;
        }
      }
    }

    private void taps(int vector, int tap, int xRow, int first, int images, int at) {
      int step = p.inputs * lanes;
      int d = START + (first + (p.tapsW - 1 - tap) * p.dilation) * pixel + vector * lanes * lanes;
      int count = Math.min(PIXELS, p.width - first);
      int gap = -p.dilation * pixel;
      products(tiles.together(tap), xRow + first * step, step, d, gap, count, images, at);
    }

    private void channels(int tap, int vector, int xRow, int first, int images, int at) {
      int start = tap * p.dilation - p.padding;
      int from = Math.max(first, start >= 0 ? 0 : (-start + p.stride - 1) / p.stride);
      int room = p.width - 1 - start;
      int end = room < 0 ? 0 : Math.min(p.outputW, room / p.stride + 1);
      int count = Math.min(end, first + PIXELS) - from;
      if (count > 0) {
        int step = p.inputs * lanes;
        int xo = xRow + (start + from * p.stride) * step;
        int d = START + from * pixel + vector * lanes * lanes;
        int together = tiles.together(vector);
        products(together, xo, p.stride * step, d, lanes * lanes, count, images, at);
      }
    }

    private void products(
        int together, int xo, int xStep, int d, int gap, int count, int images, int to) {
      int at = to;
      for (int input = 0; input < p.inputs; ) {
        int few = kernels.width(together, p.inputs - input);
        int xi = xo + input * lanes;
        kernels.products(
            together, few, p.x, xi, xStep, panel, d, pixel, gap, count, images, sums, at);
        at += few * together * lanes;
        input += few;
      }
    }
  }
}
