package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;

/** What every way to a weight gradient is given: the images, their sizes and the taps. */
final class WeightGradientPass {
  /** Where images begin in their arrays, and in its own what kernels make of them. */
  static final int START = Layout.BatchLanes.START;

  final ImageKernels kernels;
  final Workers workers;
  final int lanes;

  /** {@code [groups][outputH][outputW][outputs][lanes]}. */
  final float[] dy;

  /** {@code [groups][height][width][inputs][lanes]}. */
  final float[] x;

  final int batch;
  final int groups;
  final int inputs;
  final int height;
  final int width;
  final int outputs;
  final int outputH;
  final int outputW;
  final int tapsH;
  final int tapsW;
  final int stride;
  final int padding;
  final int dilation;

  WeightGradientPass(
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
    this.lanes = kernels.lanes();
    this.dy = dy;
    this.x = x;
    Shape images = xLayout.shape();
    batch = images.dim(0);
    groups = xLayout.groups();
    inputs = images.dim(1);
    height = images.dim(2);
    width = images.dim(3);
    outputs = dyLayout.shape().dim(1);
    outputH = dyLayout.shape().dim(2);
    outputW = dyLayout.shape().dim(3);
    tapsH = w.dim(2);
    tapsW = w.dim(3);
    stride = c.stride();
    padding = c.padding();
    dilation = c.dilation();
  }

  /** A 3x3 convolution of stride 1 without dilation. */
  boolean threeByThree() {
    return tapsH == 3 && tapsW == 3 && stride == 1 && dilation == 1;
  }

  /** How many images of a group count; the lanes beyond may hold anything. */
  int images(int group) {
    return Math.min(lanes, batch - group * lanes);
  }

  /** Where a row of x starts. */
  int xRow(int group, int row) {
    return START + (group * height + row) * width * inputs * lanes;
  }

  /** Where a row of dy starts. */
  int dyRow(int group, int row) {
    return START + (group * outputH + row) * outputW * outputs * lanes;
  }

  /** Adds to the first slice's {@code length} floats at {@code from} those of the others. */
  static void addSlices(float[] sums, int step, int slices, int from, int length) {
    for (int s = 1; s < slices; s++) {
      for (int i = from, at = s * step + from; i < from + length; i++, at++) {
        sums[i] += sums[at];
      }
    }
  }
}
