package dev.hone.tensor.reference;

import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/** Row-major order: the one order in which every loop of this package sees its operands. */
final class RowMajor {
  private RowMajor() {}

  /** Where each element of {@code shape}, taken row-major, lies under the given strides. */
  static int[] positions(Shape shape, int[] strides, int offset) {
    int[] positions = new int[shape.size()];
    int[] index = new int[shape.rank()];
    int position = offset;
    for (int e = 0; e < positions.length; e++) {
      positions[e] = position;
      for (int a = index.length - 1; a >= 0; a--) { // the odometer: the last axis turns fastest
        position += strides[a];
        if (++index[a] < shape.dim(a)) {
          break;
        }
        position -= index[a] * strides[a];
        index[a] = 0;
      }
    }
    return positions;
  }

  /** Where each element of x, taken row-major, lies in x's storage. */
  static int[] positions(Tensor x) {
    var layout = (Layout.Strided) x.layout();
    return positions(layout.shape(), layout.strides(), layout.offset());
  }

  /** A row-major copy of x's elements. */
  static double[] values(Tensor x) {
    double[] stored = ((ReferenceStorage) x.storage()).elements();
    int[] positions = positions(x);
    double[] values = new double[positions.length];
    for (int e = 0; e < values.length; e++) {
      values[e] = stored[positions[e]];
    }
    return values;
  }

  /** Elements between neighbours along each axis of a row-major tensor of {@code shape}. */
  static int[] strides(Shape shape) {
    return Layout.Strided.contiguous(shape).strides();
  }

  /** The product of the extents of the axes before {@code axis}. */
  static int outer(Shape shape, int axis) {
    int n = 1;
    for (int a = 0; a < axis; a++) {
      n *= shape.dim(a);
    }
    return n;
  }

  /** The product of the extents of the axes behind {@code axis}. */
  static int inner(Shape shape, int axis) {
    int n = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      n *= shape.dim(a);
    }
    return n;
  }
}
