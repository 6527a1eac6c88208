package dev.hone.icp;

import dev.hone.tensor.Tensor;
import java.util.Arrays;

/** One number per sample or per channel, shaped to broadcast against {@code [N, C, ...]}. */
final class Axes {
  private Axes() {}

  /** {@code [N]} as {@code [N, 1, ...]} of the given rank. */
  static Tensor perSample(Tensor values, int rank) {
    int[] dims = ones(rank);
    dims[0] = values.shape().size();
    return values.reshape(dims);
  }

  /** {@code [C]} as {@code [1, C, 1, ...]} of the given rank. */
  static Tensor perChannel(Tensor values, int rank) {
    int[] dims = ones(rank);
    dims[1] = values.shape().size();
    return values.reshape(dims);
  }

  /** All axes but the first. */
  static int[] withinSample(int rank) {
    int[] axes = new int[rank - 1];
    Arrays.setAll(axes, a -> a + 1);
    return axes;
  }

  /** {@code rank} extents of 1. */
  static int[] ones(int rank) {
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    return dims;
  }
}
