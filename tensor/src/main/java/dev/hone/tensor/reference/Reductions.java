package dev.hone.tensor.reference;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Reduction;
import java.util.Arrays;

/** Sums, means and maxima over axes, in row-major order with double accumulators. */
final class Reductions {
  private Reductions() {}

  /** x reduced over the axes marked true, row-major. */
  static double[] reduce(Reduction f, Tensor x, boolean[] axes) {
    double[] values = RowMajor.values(x);
    int[] target = targets(x.shape(), axes);
    int kept = 1;
    int reduced = 1;
    for (int a = 0; a < axes.length; a++) {
      if (axes[a]) {
        reduced *= x.shape().dim(a);
      } else {
        kept *= x.shape().dim(a);
      }
    }
    double[] out = new double[kept];
    if (f == Reduction.MAX) {
      Arrays.fill(out, Double.NEGATIVE_INFINITY);
    }
    for (int e = 0; e < values.length; e++) {
      out[target[e]] =
          switch (f) {
            case SUM, MEAN -> out[target[e]] + values[e];
            case MAX -> Math.max(out[target[e]], values[e]);
          };
    }
    if (f == Reduction.MEAN) {
      for (int o = 0; o < out.length; o++) {
        out[o] /= reduced;
      }
    }
    return out;
  }

  /** For each element of x, row-major, the element of the result it goes to. */
  private static int[] targets(Shape x, boolean[] axes) {
    int[] strides = new int[axes.length];
    int step = 1;
    for (int a = axes.length - 1; a >= 0; a--) {
      if (!axes[a]) {
        strides[a] = step;
        step *= x.dim(a);
      }
    }
    return RowMajor.positions(x, strides, 0);
  }

  /** The first index of the largest element along {@code axis}. */
  static double[] argmax(Tensor x, int axis) {
    double[] values = RowMajor.values(x);
    int outer = RowMajor.outer(x.shape(), axis);
    int extent = x.shape().dim(axis);
    int inner = RowMajor.inner(x.shape(), axis);
    double[] out = new double[outer * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        int best = 0;
        for (int e = 1; e < extent; e++) {
          if (values[(o * extent + e) * inner + i] > values[(o * extent + best) * inner + i]) {
            best = e;
          }
        }
        out[o * inner + i] = best;
      }
    }
    return out;
  }
}
