package dev.hone.tensor.reference;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Elements put elsewhere: concat, pad, gather and its transpose. All row-major. */
final class Moves {
  private Moves() {}

  /** The parts one behind the other along {@code axis}. */
  static double[] concat(List<Tensor> parts, int axis, Shape out) {
    double[] y = new double[out.size()];
    int[] strides = RowMajor.strides(out);
    int offset = 0;
    for (Tensor part : parts) {
      place(part, strides, offset, y);
      offset += part.shape().dim(axis) * strides[axis];
    }
    return y;
  }

  /** x at {@code before} within {@code out}, which is otherwise {@code value}. */
  static double[] pad(Tensor x, int[] before, Shape out, double value) {
    double[] y = new double[out.size()];
    Arrays.fill(y, value);
    int[] strides = RowMajor.strides(out);
    int offset = 0;
    for (int a = 0; a < before.length; a++) {
      offset += before[a] * strides[a];
    }
    place(x, strides, offset, y);
    return y;
  }

  /** Writes x into y, where its elements lie at {@code offset} with {@code strides}. */
  private static void place(Tensor x, int[] strides, int offset, double[] y) {
    double[] values = RowMajor.values(x);
    int[] to = RowMajor.positions(x.shape(), strides, offset);
    for (int e = 0; e < values.length; e++) {
      y[to[e]] = values[e];
    }
  }

  /** y[..., i, ...] = x[..., index[..., i, ...], ...]. */
  static double[] gather(Tensor x, int axis, Tensor index) {
    double[] values = RowMajor.values(x);
    int[] from = named("gather", index, axis, x.shape());
    double[] y = new double[from.length];
    for (int e = 0; e < y.length; e++) {
      y[e] = values[from[e]];
    }
    return y;
  }

  /** y[..., index[..., i, ...], ...] += x[..., i, ...]. */
  static double[] scatterAdd(Tensor x, int axis, Tensor index, Shape out) {
    double[] values = RowMajor.values(x);
    int[] to = named("scatterAdd", index, axis, out);
    double[] y = new double[out.size()];
    for (int e = 0; e < values.length; e++) {
      y[to[e]] += values[e];
    }
    return y;
  }

  /** For each element of index, row-major, the place in {@code shape} that it names. */
  private static int[] named(String op, Tensor index, int axis, Shape shape) {
    double[] indices = RowMajor.values(index);
    int[] strides = RowMajor.strides(shape);
    int step = strides[axis];
    strides[axis] = 0;
    int[] places = RowMajor.positions(index.shape(), strides, 0);
    for (int e = 0; e < places.length; e++) {
      int i = (int) indices[e];
      if (i < 0 || i >= shape.dim(axis)) {
        throw new IndexOutOfBoundsException(
            op + ": index " + i + " is outside axis " + axis + " of shape " + shape);
      }
      places[e] += i * step;
    }
    return places;
  }
}
