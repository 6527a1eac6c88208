package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import java.util.Arrays;

/**
 * The gradient of a convolution's weights, dw {@code [K, C, KH, KW]}.
 *
 * <p>A tile in registers sums products of some channels of dy with four <em>streams</em> of x, per
 * lane; a stream is an input channel as one tap column sees it. Rows of a band of the image are
 * packed first, so that tiles read both operands one behind the other from the cache: {@code [block
 * of 4 streams][row residue modulo the stride][row][column][4]} for x, {@code [block of
 * channels][pixel][block]} for dy. A tap row is then an offset into the panel.
 *
 * <p>Work is cut into blocks of output channels times slices of the batch, both from the shapes
 * alone. A slice sums its lanes in double, slices are added in their order: the number of threads
 * changes no bit. Padding lanes are cleared in the panels: multiplied by zero, a NaN would stay.
 */
final class WeightGradient {
  private static final int STREAMS = 4;

  /** Bytes of packed x that should stay in the second-level cache, with sums and dy beside. */
  private static final int PANEL_BYTES = 200 << 10;

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
  private final int taskChannels;
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
    block = kernels.channels();
    streamBlocks = (inputs * tapsW + STREAMS - 1) / STREAMS;
    residues = Math.min(c.stride(), (tapsH - 1) * c.dilation() + 1);
    taskChannels = inputs * tapsH * tapsW <= 288 ? 16 : 8;
    bandRows = bandRows();
    bands = (outputH + bandRows - 1) / bandRows;
    int units = xLayout.groups() * bands;
    slices = Math.max(1, Math.min(units, 16 / channelTasks()));
  }

  private int channelTasks() {
    return (outputs + taskChannels - 1) / taskChannels;
  }

  /** Rows of a residue's panel for {@code rows} output rows. */
  private int panelRows(int rows) {
    return rows + (tapsH - 1) * c.dilation() / c.stride();
  }

  private int panelLength(int rows) {
    return streamBlocks * residues * panelRows(rows) * outputW * STREAMS * lanes;
  }

  private int bandRows() {
    int rows = 1;
    while (rows < outputH && rows * outputW < 128 && 4 * panelLength(rows + 1) <= PANEL_BYTES) {
      rows++;
    }
    return rows;
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
          new Part(task % tasks * taskChannels).run(slice, partial, slice * length);
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
      channels = Math.min(taskChannels, outputs - channel);
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
        packX(group, row, rows);
        packDy(group, row, rows);
        clearPadding(group, rows);
        multiply(rows);
      }
      reduce(partial, to);
    }

    // ---- packing ----

    private void packX(int group, int oh, int rows) {
      int n = panelRows(rows);
      for (int b = 0; b < streamBlocks; b++) {
        for (int residue = 0; residue < residues; residue++) {
          for (int r = 0; r < n; r++) {
            int ih = (oh + r) * c.stride() - c.padding() + residue;
            int to = ((b * residues + residue) * n + r) * outputW * STREAMS * lanes;
            if (ih < 0 || ih >= height) {
              Arrays.fill(xPanel, to, to + outputW * STREAMS * lanes, 0f);
            } else {
              packStreams(b, (group * height + ih) * width * inputs * lanes, to);
            }
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
        kernels.copy4(x, source, step, xPanel, at, STREAMS * lanes, end - from);
      } else {
        kernels.copy1(x, source, step, xPanel, at, STREAMS * lanes, end - from);
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
          kernels.copy4(dy, source + k * lanes, step, dyPanel, to, block * lanes, pixels);
          k += 3;
        } else if (k < channels) {
          kernels.copy1(dy, source + k * lanes, step, dyPanel, to, block * lanes, pixels);
        } else {
          for (int i = 0; i < pixels; i++) {
            int at = to + i * block * lanes;
            Arrays.fill(dyPanel, at, at + lanes, 0f);
          }
        }
      }
    }

    private void clearPadding(int group, int rows) {
      int valid = xLayout.shape().dim(0) - group * lanes;
      if (valid < lanes) {
        clearLanes(xPanel, panelLength(rows), valid);
        clearLanes(dyPanel, blocks * rows * outputW * block * lanes, valid);
      }
    }

    private void clearLanes(float[] a, int length, int valid) {
      for (int i = valid; i < length; i += lanes) {
        Arrays.fill(a, i, i + lanes - valid, 0f);
      }
    }

    // ---- multiplying ----

    private void multiply(int rows) {
      int n = panelRows(rows);
      int rowLength = outputW * STREAMS * lanes;
      for (int b = 0; b < streamBlocks; b++) {
        for (int k = 0; k < blocks; k++) {
          int d = k * rows * outputW * block * lanes;
          for (int i = 0; i < tapsH; i++) {
            int tap = i * c.dilation();
            int row = (b * residues + tap % c.stride()) * n + tap / c.stride();
            int sum = ((k * streamBlocks + b) * tapsH + i) * tileLength;
            kernels.products(xPanel, row * rowLength, dyPanel, d, rows * outputW, sums, sum);
          }
        }
      }
    }

    private void reduce(float[] partial, int to) {
      for (int o = 0; o < channels; o++) {
        for (int e = 0; e < inputs * tapsW; e++) {
          for (int i = 0; i < tapsH; i++) {
            int tile = (o / block * streamBlocks + e / STREAMS) * tapsH + i;
            int at = tile * tileLength + (o % block * STREAMS + e % STREAMS) * lanes;
            double sum = 0;
            for (int lane = 0; lane < lanes; lane++) {
              sum += sums[at + lane];
            }
            int index = (((channel + o) * inputs + e % inputs) * tapsH + i) * tapsW + e / inputs;
            partial[to + index] = (float) sum;
          }
        }
      }
    }
  }
}
