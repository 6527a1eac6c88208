package dev.hone.kernels.cpu;

import java.util.Arrays;

/**
 * Rows of dy with output channels in the lanes instead of images, {@code [column][vector of
 * channels][image][lanes]}, and zeros where a row or a channel ends.
 */
final class GradientRows {
  private final WeightGradientPass p;
  private final WeightGradientKernels kernels;
  private final int lanes;
  private final int before;
  private final int columns;

  /** Rows of {@code columns} pixels; dy's first one is number {@code before}, or is left out. */
  GradientRows(WeightGradientPass p, int before, int columns) {
    this.p = p;
    this.before = before;
    this.columns = columns;
    kernels = p.kernels.weightGradient();
    lanes = p.lanes;
  }

  /** Floats of a pixel with {@code vectors} vectors of channels. */
  int pixel(int vectors) {
    return vectors * lanes * lanes;
  }

  int length(int vectors) {
    return columns * pixel(vectors);
  }

  /** Writes row {@code oh} of some channels to {@code to} of {@code rows}. */
  void pack(int group, int oh, int channel, int vectors, float[] rows, int to) {
    int pixel = pixel(vectors);
    int from = Math.clamp(-before, 0, p.outputW);
    int end = Math.clamp(columns - before, from, p.outputW);
    int start = Math.clamp(before, 0, columns);
    int stop = start + end - from;
    Arrays.fill(rows, to, to + start * pixel, 0f);
    Arrays.fill(rows, to + stop * pixel, to + columns * pixel, 0f);
    int at = p.dyRow(group, oh) + from * p.outputs * lanes;
    for (int k = 0; k < vectors; k++) {
      int first = channel + k * lanes;
      int target = to + start * pixel + k * lanes * lanes;
      transpose(
          Math.min(lanes, p.outputs - first), at + first * lanes, end - from, rows, target, pixel);
    }
  }

  private void transpose(int channels, int at, int count, float[] rows, int to, int pixel) {
    int step = p.outputs * lanes;
    if (channels == lanes) {
      kernels.transpose(p.dy, at, step, rows, to, pixel, count);
      return;
    }
    float[] square = Workspace.ofThread().floats(Workspace.Use.TILE, lanes * lanes);
    Arrays.fill(square, 0, lanes * lanes, 0f);
    for (int j = 0; j < count; j++) {
      System.arraycopy(p.dy, at + j * step, square, 0, channels * lanes);
      kernels.transpose(square, 0, 0, rows, to + j * pixel, 0, 1);
    }
  }
}
