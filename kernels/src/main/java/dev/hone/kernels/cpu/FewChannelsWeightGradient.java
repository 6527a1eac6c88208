package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.WeightGradientPass.START;

import java.util.Arrays;

/**
 * The gradient of the weights of a 3x3 convolution of stride 1 over few channels, as a network's
 * first one: all 27 weights of three input channels and a vector of output channels are summed in
 * registers, and each number of x is loaded once for its nine taps. Otherwise as {@link
 * WeightGradient}.
 *
 * <p>The ladder, 3 to 16 channels at 32x32, batch 128, measured as there, in GFLOP/s: naive 1.4;
 * images in the lanes 46; output channels in the lanes, tiles of 3 channels x 3 tap columns 66; all
 * 27 in registers 68 (the tile alone, from the second-level cache: 114); the next row of dy read
 * ahead, a line with every image's products, 73. libtorch: 95, which hides the reading of dy from
 * memory better. Transposing dy takes a sixth of the time, yet images in the lanes and no
 * transposing, tiles of 6 numbers of x x 4 output channels, came to 53: four loads for every ten
 * products, each across two cache lines.
 */
final class FewChannelsWeightGradient {
  private static final int TAPS = 9;

  /** Rows of a slice at least: it transposes two more of dy. */
  private static final int ROWS = 8;

  private final WeightGradientPass p;
  private final int lanes;
  private final GradientRows gradient;
  private final int vectors;
  private final int slices;

  /** Floats of a task's sums. */
  private final int length;

  /** {@code p} must be {@link #suits suitable}. */
  FewChannelsWeightGradient(WeightGradientPass p) {
    this.p = p;
    lanes = p.lanes;
    gradient = new GradientRows(p, 2 - p.padding, p.width + 2);
    vectors = (p.outputs + lanes - 1) / lanes;
    slices = Math.max(1, Math.min(p.groups * p.height / ROWS, WeightGradient.TASKS / vectors));
    length = p.inputs * TAPS * lanes;
  }

  static boolean suits(WeightGradientPass p) {
    return p.threeByThree() && p.inputs <= p.kernels.weightGradient().few();
  }

  /** Writes dw row-major. */
  void run(float[] dw) {
    int step = vectors * length;
    float[] sums = Workspace.ofThread().floats(Workspace.Use.PARTIAL, START + slices * step);
    p.workers.parallelFor(
        slices * vectors,
        task -> {
          Part part = new Part(task % vectors * lanes, sums, START + task * length);
          int slice = task / vectors;
          int rows = p.groups * p.height;
          for (int row = rows * slice / slices; row < rows * (slice + 1) / slices; row++) {
            part.row(row / p.height, row % p.height);
          }
        });
    WeightGradientPass.addSlices(sums, step, slices, START, step);
    for (int i = 0; i < vectors * p.inputs * TAPS; i++) {
      int first = i / (p.inputs * TAPS) * lanes;
      for (int k = 0; k < Math.min(lanes, p.outputs - first); k++) {
        dw[(first + k) * p.inputs * TAPS + i % (p.inputs * TAPS)] = sums[START + i * lanes + k];
      }
    }
  }

  /** A vector of output channels over a slice of the rows of x. */
  private final class Part {
    private final int channel;
    private final float[] sums;
    private final int so;

    /** Three rows of dy, each at its number modulo 3, and a row of zeros. */
    private final float[] rows;

    /** Takes what is read ahead; never read. */
    private final float[] sink = Workspace.ofThread().floats(Workspace.Use.SINK, 1);

    /** The row of dy that was packed last, counted over all groups. */
    private int packed = -1;

    Part(int channel, float[] sums, int so) {
      this.channel = channel;
      this.sums = sums;
      this.so = so;
      int row = gradient.length(1);
      rows = Workspace.ofThread().floats(Workspace.Use.DY_PANEL, START + 4 * row);
      Arrays.fill(rows, START + 3 * row, START + 4 * row, 0f);
      Arrays.fill(sums, so, so + length, 0f);
    }

    void row(int group, int ih) {
      int d2 = dyRow(group, ih + p.padding - 2);
      int d1 = dyRow(group, ih + p.padding - 1);
      int d0 = dyRow(group, ih + p.padding);
      int ahead = p.dyRow(group, ih + p.padding + 1) + channel * lanes;
      int aheadStep = p.outputs * lanes;
      boolean inside = ahead + p.width * aheadStep + lanes * lanes <= p.dy.length;
      sink[0] =
          p.kernels
              .weightGradient()
              .square(
                  p.inputs,
                  p.x,
                  p.xRow(group, ih),
                  p.inputs * lanes,
                  rows,
                  d0,
                  d1,
                  d2,
                  gradient.pixel(1),
                  p.width,
                  p.images(group),
                  sums,
                  so,
                  inside ? p.dy : rows,
                  inside ? ahead : 0,
                  inside ? aheadStep : 0);
    }

    /** Where row {@code oh} of dy lies. */
    private int dyRow(int group, int oh) {
      if (oh < 0 || oh >= p.outputH) {
        return START + 3 * gradient.length(1);
      }
      int number = group * p.outputH + oh;
      int to = START + number % 3 * gradient.length(1);
      if (number > packed) {
        gradient.pack(group, oh, channel, 1, rows, to);
        packed = number;
      }
      return to;
    }
  }
}
