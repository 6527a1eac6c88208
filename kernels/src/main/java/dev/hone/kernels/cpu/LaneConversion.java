package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;
import java.util.Arrays;

/** Moves images between strided tensors and {@code [groups][H][W][C][lanes]}. */
final class LaneConversion {
  private LaneConversion() {}

  /** Fills {@code to}; the padding lanes become zero, so that no denormals or NaNs slow kernels. */
  static void toLanes(
      Workers workers, float[] from, Layout.Strided source, float[] to, Layout.BatchLanes target) {
    int height = target.shape().dim(2);
    workers.parallelFor(
        target.groups() * height,
        task -> rowToLanes(from, source, to, target, task / height, task % height));
  }

  private static void rowToLanes(
      float[] from, Layout.Strided source, float[] to, Layout.BatchLanes target, int group, int h) {
    int lanes = target.lanes();
    int channels = target.shape().dim(1);
    int width = target.shape().dim(3);
    int valid = Math.min(lanes, target.shape().dim(0) - group * lanes);
    int imageStep = source.stride(0);
    int columnStep = source.stride(3);
    int start = target.start(group) + h * width * channels * lanes;
    if (valid < lanes) {
      Arrays.fill(to, start, start + width * channels * lanes, 0f);
    }
    for (int c = 0; c < channels; c++) {
      int at =
          source.offset() + group * lanes * imageStep + c * source.stride(1) + h * source.stride(2);
      int out = start + c * lanes;
      for (int w = 0; w < width; w++) {
        if (w > 0 && columnStep == 0) { // a column that was expanded
          System.arraycopy(to, start + c * lanes, to, out, lanes);
        } else {
          for (int lane = 0; lane < valid; lane++) {
            to[out + lane] = from[at + lane * imageStep];
          }
        }
        at += columnStep;
        out += channels * lanes;
      }
    }
  }

  /** Writes all images of {@code from} to the places that {@code target} gives. */
  static void fromLanes(
      Workers workers, float[] from, Layout.BatchLanes source, float[] to, Layout.Strided target) {
    int height = source.shape().dim(2);
    workers.parallelFor(
        source.groups() * height,
        task -> rowFromLanes(from, source, to, target, task / height, task % height));
  }

  private static void rowFromLanes(
      float[] from, Layout.BatchLanes source, float[] to, Layout.Strided target, int group, int h) {
    int lanes = source.lanes();
    int channels = source.shape().dim(1);
    int width = source.shape().dim(3);
    int valid = Math.min(lanes, source.shape().dim(0) - group * lanes);
    int imageStep = target.stride(0);
    int columnStep = target.stride(3);
    int start = source.start(group) + h * width * channels * lanes;
    for (int c = 0; c < channels; c++) {
      int out =
          target.offset() + group * lanes * imageStep + c * target.stride(1) + h * target.stride(2);
      int at = start + c * lanes;
      for (int w = 0; w < width; w++) {
        for (int lane = 0; lane < valid; lane++) {
          to[out + lane * imageStep] = from[at + lane];
        }
        out += columnStep;
        at += channels * lanes;
      }
    }
  }
}
