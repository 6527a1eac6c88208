package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import java.util.Arrays;

/**
 * The gradient of a convolution's weights, dw {@code [K, C, KH, KW]}.
 *
 * <p>A tile in registers sums products of some channels of dy with four <em>streams</em> of x, per
 * lane; a stream is an input channel as one tap column sees it. For a band of rows, dy is packed
 * for the second-level cache, {@code [block of channels][pixel][block]}, and then four streams of x
 * at a time for the first-level cache, {@code [row residue modulo the stride][row][column][4]}, to
 * meet all of dy; a tap row is an offset into that panel. So tiles read both operands one behind
 * the other.
 *
 * <p>Work is cut into blocks of output channels times slices of the batch, both from the shapes
 * alone. A slice sums its lanes in double, slices are added in their order: the number of threads
 * changes no bit. Padding lanes are cleared in the panels: multiplied by zero, a NaN would stay.
 *
 * <p>The ladder, 3x3 of stride 1, 16 channels at 32x32 and 64 at 8x8, one thread of an AVX2 machine
 * (Zen 3, 99 GFLOP/s of FMA measured in the same run), in GFLOP/s:
 *
 * <ul>
 *   <li>naive, seven loops over {@code [N, C, H, W]}: 1.0 and 1.1
 *   <li>one image per lane, all of x of a band packed, tiles of 2 x 4 vectors: 43 and 32
 *   <li>x packed four streams at a time, sums laid out as they are visited: 46 and 40
 *   <li>lanes summed without a division per weight: 48 and 42, 0.48 and 0.42 of the peak; libtorch
 *       2.10 on the same machine: 65 and 65
 * </ul>
 *
 * <p>A quarter of the time is packing; the tile alone runs at 0.7 of the peak.
 */
final class WeightGradient {
  private static final int STREAMS = 4;

  /** Pixels of a band: four streams of x and a block of dy then fit the first-level cache. */
  private static final int BAND_PIXELS = 128;

  /** Output channels of a task. */
  private static final int TASK_CHANNELS = 16;

  /** Tasks that keep any number of threads we expect busy, where the batch allows. */
  private static final int TASKS = 16;

  private final ImageKernels kernels;
  private final Workers workers;
  private final float[] x;
  private final float[] dy;
  private final Layout.BatchLanes xLayout;
  private final Layout.BatchLanes dyLayout;
  private final Convolution c;
  private final int tapsH;
  private final int tapsW;
  private final int lanes;
  private final int height;
  private final int width;
  private final int inputs;
  private final int outputs;
  private final int outputH;
  private final int outputW;
  private final int block;
  private final int streamBlocks;
  private final int residues;
  private final int bandRows;
  private final int bands;
  private final int slices;

  WeightGradient(
      ImageKernels kernels,
      Workers workers,
      float[] dy,
      Layout.BatchLanes dyLayout,
      float[] x,
      Layout.BatchLanes xLayout,
      Shape w,
      Convolution c) {
    this.kernels = kernels;
    this.workers = workers;
    this.dy = dy;
    this.dyLayout = dyLayout;
    this.x = x;
    this.xLayout = xLayout;
    this.c = c;
    tapsH = w.dim(2);
    tapsW = w.dim(3);
    lanes = kernels.lanes();
    inputs = xLayout.shape().dim(1);
    height = xLayout.shape().dim(2);
    width = xLayout.shape().dim(3);
    outputs = dyLayout.shape().dim(1);
    outputH = dyLayout.shape().dim(2);
    outputW = dyLayout.shape().dim(3);
    block = kernels.weightGradient().channels();
    streamBlocks = (inputs * tapsW + STREAMS - 1) / STREAMS;
    residues = Math.min(c.stride(), (tapsH - 1) * c.dilation() + 1);
    bandRows = Math.max(1, Math.min(outputH, BAND_PIXELS / Math.max(outputW, 1)));
    bands = (outputH + bandRows - 1) / bandRows;
    int units = xLayout.groups() * bands;
    slices = Math.max(1, Math.min(units, TASKS / channelTasks()));
  }

  private int channelTasks() {
    return (outputs + TASK_CHANNELS - 1) / TASK_CHANNELS;
  }

  /** Rows of a residue's panel for {@code rows} output rows. */
  private int panelRows(int rows) {
    return rows + (tapsH - 1) * c.dilation() / c.stride();
  }

  /** Floats of the panel of four streams. */
  private int panelLength(int rows) {
    return residues * panelRows(rows) * outputW * STREAMS * lanes;
  }

  /** Writes dw row-major. */
  void run(float[] dw) {
    int length = outputs * inputs * tapsH * tapsW;
    float[] partial = Workspace.ofThread().floats(Workspace.Use.PARTIAL, slices * length);
    int tasks = channelTasks();
    workers.parallelFor(
        slices * tasks,
        task -> {
          int slice = task / tasks;
          new Part(task % tasks * TASK_CHANNELS).run(slice, partial, slice * length);
        });
    System.arraycopy(partial, 0, dw, 0, length);
    for (int s = 1; s < slices; s++) {
      for (int i = 0, at = s * length; i < length; i++) {
        dw[i] += partial[at + i];
      }
    }
  }

  /** Some output channels over one slice of the batch. */
  private final class Part {
    private final int channel;
    private final int channels;
    private final int blocks;
    private final float[] xPanel;
    private final float[] dyPanel;
    private final float[] sums;
    private final int tileLength = block * STREAMS * lanes;

    Part(int channel) {
      this.channel = channel;
      channels = Math.min(TASK_CHANNELS, outputs - channel);
      blocks = (channels + block - 1) / block;
      Workspace space = Workspace.ofThread();
      xPanel = space.floats(Workspace.Use.PANEL, panelLength(bandRows));
      dyPanel = space.floats(Workspace.Use.DY_PANEL, blocks * bandRows * outputW * block * lanes);
      sums = space.floats(Workspace.Use.SUMS, sumsLength());
    }

    private int sumsLength() {
      return blocks * streamBlocks * tapsH * tileLength;
    }

    void run(int slice, float[] partial, int to) {
      Arrays.fill(sums, 0, sumsLength(), 0f);
      int units = xLayout.groups() * bands;
      for (int unit = units * slice / slices; unit < units * (slice + 1) / slices; unit++) {
        int group = unit / bands;
        int row = unit % bands * bandRows;
        int rows = Math.min(bandRows, outputH - row);
        int valid = xLayout.shape().dim(0) - group * lanes;
        packDy(group, row, rows);
        clearPadding(dyPanel, blocks * rows * outputW * block * lanes, valid);
        for (int b = 0; b < streamBlocks; b++) {
          packX(b, group, row, rows);
          clearPadding(xPanel, panelLength(rows), valid);
          multiply(b, rows);
        }
      }
      reduce(partial, to);
    }

    // ---- packing ----

    private void packX(int b, int group, int oh, int rows) {
      int n = panelRows(rows);
      int rowLength = outputW * STREAMS * lanes;
      for (int residue = 0; residue < residues; residue++) {
        for (int r = 0; r < n; r++) {
          int ih = (oh + r) * c.stride() - c.padding() + residue;
          int to = (residue * n + r) * rowLength;
          if (ih < 0 || ih >= height) {
            Arrays.fill(xPanel, to, to + rowLength, 0f);
          } else {
            packStreams(b, (group * height + ih) * width * inputs * lanes, to);
          }
        }
      }
    }

    /** A row of one block: stream number e is channel e % inputs at tap column e / inputs. */
    private void packStreams(int b, int row, int to) {
      int first = b * STREAMS;
      int step = c.stride() * inputs * lanes;
      if (first % inputs + STREAMS <= inputs) {
        packStream(first, STREAMS, row, step, to);
        return;
      }
      for (int s = 0; s < STREAMS; s++) {
        packStream(first + s, 1, row, step, to + s * lanes);
      }
    }

    private void packStream(int stream, int many, int row, int step, int to) {
      int j = stream / inputs;
      int start = j * c.dilation() - c.padding();
      int from = start >= 0 ? 0 : Math.min(outputW, (-start + c.stride() - 1) / c.stride());
      int room = width - 1 - start;
      int end = room < 0 || j >= tapsW ? 0 : Math.min(outputW, room / c.stride() + 1);
      from = Math.min(from, end);
      clear(to, from, many);
      int source = row + ((start + from * c.stride()) * inputs + stream % inputs) * lanes;
      int at = to + from * STREAMS * lanes;
      if (many == STREAMS) {
        kernels.direct().copy4(x, source, step, xPanel, at, STREAMS * lanes, end - from);
      } else {
        kernels.direct().copy1(x, source, step, xPanel, at, STREAMS * lanes, end - from);
      }
      clear(to + end * STREAMS * lanes, outputW - end, many);
    }

    private void clear(int to, int columns, int many) {
      for (int i = 0; i < columns; i++) {
        int at = to + i * STREAMS * lanes;
        Arrays.fill(xPanel, at, at + many * lanes, 0f);
      }
    }

    private void packDy(int group, int oh, int rows) {
      int pixels = rows * outputW;
      int step = outputs * lanes;
      int source = (group * outputH + oh) * outputW * step + channel * lanes;
      for (int k = 0; k < blocks * block; k++) {
        int to = (k / block * pixels * block + k % block) * lanes;
        if (block == 4 && k % 4 == 0 && k + 4 <= channels) {
          kernels.direct().copy4(dy, source + k * lanes, step, dyPanel, to, block * lanes, pixels);
          k += 3;
        } else if (k < channels) {
          kernels.direct().copy1(dy, source + k * lanes, step, dyPanel, to, block * lanes, pixels);
        } else {
          for (int i = 0; i < pixels; i++) {
            int at = to + i * block * lanes;
            Arrays.fill(dyPanel, at, at + lanes, 0f);
          }
        }
      }
    }

    private void clearPadding(float[] panel, int length, int valid) {
      if (valid < lanes) {
        for (int i = valid; i < length; i += lanes) {
          Arrays.fill(panel, i, i + lanes - valid, 0f);
        }
      }
    }

    private void multiply(int b, int rows) {
      int n = panelRows(rows);
      int rowLength = outputW * STREAMS * lanes;
      for (int k = 0; k < blocks; k++) {
        int d = k * rows * outputW * block * lanes;
        for (int i = 0; i < tapsH; i++) {
          int tap = i * c.dilation();
          int row = tap % c.stride() * n + tap / c.stride();
          int sum = ((b * blocks + k) * tapsH + i) * tileLength;
          kernels
              .weightGradient()
              .products(xPanel, row * rowLength, dyPanel, d, rows * outputW, sums, sum);
        }
      }
    }

    private void reduce(float[] partial, int to) {
      for (int o = 0; o < channels; o++) {
        for (int j = 0; j < tapsW; j++) {
          for (int input = 0; input < inputs; input++) {
            int stream = j * inputs + input;
            int tile = (stream / STREAMS * blocks + o / block) * tapsH;
            int at = tile * tileLength + (o % block * STREAMS + stream % STREAMS) * lanes;
            int index = to + ((channel + o) * inputs + input) * tapsH * tapsW + j;
            for (int i = 0; i < tapsH; i++) {
              partial[index] = (float) sumLanes(at);
              at += tileLength;
              index += tapsW;
            }
          }
        }
      }
    }

    private double sumLanes(int at) {
      double sum = 0;
      for (int lane = 0; lane < lanes; lane++) {
        sum += sums[at + lane];
      }
      return sum;
    }
  }
}
