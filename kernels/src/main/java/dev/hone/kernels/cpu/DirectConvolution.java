package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One call of a convolution, by register tiles over packed panels.
 *
 * <p>Each input row is packed once into a ring of as many rows as the kernel reaches over: for
 * every tile of columns, the vectors that its taps meet lie one behind the other, borders and
 * strides resolved. The kernel then runs over a panel and the weights without a branch, whatever
 * the geometry.
 *
 * <p>The ladder, 3x3 of stride 1, 16 channels at 32x32 and 64 at 8x8, one thread of an AVX2 machine
 * (Zen 3, 99 GFLOP/s of FMA measured in the same run), in GFLOP/s:
 *
 * <ul>
 *   <li>naive, seven loops over {@code [N, C, H, W]}: 2.1 and 2.4
 *   <li>one image per lane, packed panels, tiles of 2 x 6 vectors: 36 and 74
 *   <li>bias in the tile but residual and relu outside, so that nothing spills: 61 and 75, 0.61 and
 *       0.75 of the peak; libtorch 2.10 on the same machine: 46 and 95
 * </ul>
 *
 * <p>On a Zen 4 with AVX-512 (117 GFLOP/s of FMA), tiles of 4 x 4 vectors, 16 images: 16 to 32
 * channels of stride 2 at 32x32 103, 32 to 64 at 16x16 113, their input gradients 91 and 104, 3 to
 * 16 channels 85 and its input gradient 71. The input gradient of stride 2 goes row by row over its
 * four passes and finishes whole rows: with added and mask 84 where pass after pass took 76. Tiles
 * that read x without a panel are slower (0.87 of the speed: their columns share cache sets), but
 * for input gradients of 3 channels; loops unrolled by two gain nothing here.
 *
 * <p>The tile's shape is what C2 keeps in registers, found by trying: alone, 2 x 6 runs at 0.88 of
 * the peak, 4 x 3 and 6 x 2 spill and run at 0.40, 4 x 2 at 0.65.
 */
final class DirectConvolution {
  private static final int START = Layout.BatchLanes.START;

  private final ImageKernels kernels;
  private final Workers workers;
  private final List<ConvolutionPass> passes;
  private final float[] x;
  private final Epilogue epilogue;
  private final float[] y;
  private final int groups;
  private final int yGroup;
  private final int lanes;
  private final int[] starts;
  private final float[] weights;

  /**
   * @param w the storage that the passes' weight offsets refer to
   * @param groups image groups in x and y
   * @param yGroup floats per group of y
   */
  DirectConvolution(
      ImageKernels kernels,
      Workers workers,
      List<ConvolutionPass> passes,
      float[] x,
      CpuStorage w,
      Epilogue epilogue,
      float[] y,
      int groups,
      int yGroup) {
    this.kernels = kernels;
    this.workers = workers;
    this.passes = passes;
    this.x = x;
    this.epilogue = epilogue;
    this.y = y;
    this.groups = groups;
    this.yGroup = yGroup;
    lanes = kernels.lanes();
    starts = new int[passes.size() + 1];
    for (int i = 0; i < passes.size(); i++) {
      starts[i + 1] = starts[i] + weightsLength(passes.get(i));
    }
    weights =
        w.packedWeights()
            .get(
                new PackedWeights.Form(
                    false, passes.stream().map(ConvolutionPass::filter).toList()),
                starts[passes.size()],
                to -> packWeights(w.floats(), to));
  }

  /** y = the passes over x, with the epilogue. */
  void run() {
    // An output row's bits do not depend on its band, so bands may follow the number of threads.
    int enough = 2 * workers.threads();
    int bands = groups >= enough ? 1 : (enough + groups - 1) / Math.max(groups, 1);
    int rows = passes.getFirst().outputH();
    workers.parallelFor(
        groups * bands,
        task -> {
          int band = task % bands;
          run(task / bands, rows * band / bands, rows * (band + 1) / bands);
        });
  }

  /** Rows of one image group, by one thread: a row of every pass, then the next of every pass. */
  private void run(int group, int from, int to) {
    int panels = START;
    List<Band> bands = new ArrayList<>();
    for (int i = 0; i < passes.size(); i++) {
      bands.add(new Band(passes.get(i), starts[i], group, panels));
      panels += bands.getLast().panelLength();
    }
    float[] panel = Workspace.ofThread().floats(Workspace.Use.PANEL, panels);
    for (int oh = from; oh < to; oh++) {
      for (Band band : bands) {
        band.row(oh, panel);
      }
      // The tiles of a single pass are finished while they are in the first-level cache.
      if (passes.size() > 1 && !epilogue.isPlain()) {
        finishRows(group, oh);
      }
    }
  }

  /** Row oh of all passes together: neighbouring rows of y. */
  private void finishRows(int group, int oh) {
    int rows = passes.getFirst().rowStep() * lanes;
    int from = oh * rows;
    int to = Math.min(yGroup, from + rows);
    kernels.direct().finish(epilogue, y, START + group * yGroup + from, (to - from) / lanes);
  }

  // ---- weights: [block of channels][tap row][tap column][input channel][channel] ----

  private static int weightsLength(ConvolutionPass p) {
    return p.outputC() * p.tapsH() * p.run();
  }

  private void packWeights(float[] w, float[] to) {
    int block = kernels.direct().channels();
    for (int i = 0; i < passes.size(); i++) {
      ConvolutionPass p = passes.get(i);
      int start = starts[i];
      for (int channel = 0; channel < p.outputC(); channel += block) {
        packWeights(p, w, channel, to, start);
      }
    }
  }

  private void packWeights(ConvolutionPass p, float[] w, int channel, float[] packed, int start) {
    int n = Math.min(kernels.direct().channels(), p.outputC() - channel);
    int to = start + channel * p.tapsH() * p.run();
    for (int i = 0; i < p.tapsH(); i++) {
      for (int j = 0; j < p.tapsW(); j++) {
        int at = p.wOffset() + channel * p.wOutput() + i * p.wRow() + j * p.wColumn();
        for (int c = 0; c < p.inputC(); c++) {
          for (int o = 0; o < n; o++) {
            packed[to++] = w[at + o * p.wOutput()];
          }
          at += p.wInput();
        }
      }
    }
  }

  /** The next tile's width where {@code rest} columns are left: 8 is better cut in 4 + 4. */
  private static int width(int[] widths, int rest) {
    for (int v : widths) {
      if (v <= rest && (v != 6 || rest != 8)) {
        return v;
      }
    }
    return 1;
  }

  /** One pass over rows of one image group. */
  private final class Band {
    private final ConvolutionPass p;
    private final int wo;
    private final int group;
    private final int panelStart;
    private final int rowLength;
    private final int ring;
    private final int[] widths;
    private final int[] taps;
    private int packed = -1;

    Band(ConvolutionPass p, int wo, int group, int panelStart) {
      this.p = p;
      this.wo = wo;
      this.group = group;
      this.panelStart = panelStart;
      rowLength = p.outputW() * p.run() * lanes;
      ring = Math.max(0, p.tapsH() - 1) * p.dilationH() + 1;
      widths = kernels.direct().columns();
      taps = new int[p.tapsH()];
    }

    int panelLength() {
      return ring * rowLength;
    }

    /** Rows must come in order. */
    void row(int oh, float[] panel) {
      if (oh >= p.outputH()) {
        return;
      }
      int rowStep = p.inputW() * p.inputC() * lanes;
      int first = p.firstTap(oh);
      int end = p.endTap(oh);
      for (int t = first; t < end; t++) {
        int ih = oh * p.stride() - p.padH() + t * p.dilationH();
        taps[t] = panelStart + ih % ring * rowLength;
        if (ih > packed || p.dilationH() > 1) {
          packRow(START + (group * p.inputH() + ih) * rowStep, panel, taps[t]);
          packed = ih;
        }
      }
      multiplyRow(oh, first, end, panel);
    }

    private void packRow(int row, float[] panel, int start) {
      int to = start;
      int n;
      for (int ow = 0; ow < p.outputW(); ow += n) {
        n = width(widths, p.outputW() - ow);
        for (int j = 0; j < p.tapsW(); j++) {
          int iw = ow * p.stride() - p.padW() + j * p.dilationW();
          if (iw >= 0 && iw + (n - 1) * p.stride() < p.inputW()) {
            int step = p.stride() * p.inputC() * lanes;
            kernels.direct().pack(n, x, row + iw * p.inputC() * lanes, step, panel, to, p.inputC());
          } else {
            packBorder(row, iw, n, panel, to);
          }
          to += n * p.inputC() * lanes;
        }
      }
    }

    /** A part of the panel of which some columns lie outside the image: those are zero. */
    private void packBorder(int row, int iw, int n, float[] panel, int to) {
      for (int k = 0; k < n; k++) {
        int column = iw + k * p.stride();
        int at = to + k * lanes;
        if (column >= 0 && column < p.inputW()) {
          int source = row + column * p.inputC() * lanes;
          kernels.direct().copy1(x, source, lanes, panel, at, n * lanes, p.inputC());
        } else {
          for (int c = 0; c < p.inputC(); c++) {
            Arrays.fill(panel, at + c * n * lanes, at + (c * n + 1) * lanes, 0f);
          }
        }
      }
    }

    private void multiplyRow(int oh, int first, int end, float[] panel) {
      int block = kernels.direct().channels();
      int length = p.tapsH() * p.run();
      int n;
      for (int ow = 0; ow < p.outputW(); ow += n) {
        n = width(widths, p.outputW() - ow);
        int xo = ow * p.run() * lanes;
        int yo =
            START + group * yGroup + (p.offset() + oh * p.rowStep() + ow * p.columnStep()) * lanes;
        int yStep = p.columnStep() * lanes;
        for (int k = 0; k < p.outputC(); k += block) {
          int m = Math.min(block, p.outputC() - k);
          int w = wo + k * length;
          int to = yo + k * lanes;
          kernels
              .direct()
              .tile(
                  m,
                  n,
                  panel,
                  xo,
                  taps,
                  first,
                  end,
                  p.run(),
                  weights,
                  w,
                  epilogue.bias,
                  k,
                  y,
                  to,
                  yStep);
        }
        if (passes.size() == 1 && !epilogue.isPlain()) {
          kernels.direct().finish(epilogue, y, yo, n * p.outputC());
        }
      }
    }
  }
}
