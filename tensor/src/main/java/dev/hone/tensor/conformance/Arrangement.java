package dev.hone.tensor.conformance;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.Arrays;

/** How an input lies in its storage. What lies between its elements is NaN, or -1 for int32. */
public enum Arrangement {
  /** Row-major from offset 0. */
  CONTIGUOUS,
  /** Stored with its axes in reverse order. */
  PERMUTED,
  /**
   * Every second element, from the second on, along the first and the last axis of a larger one.
   */
  SLICED,
  /** The first axis repeats one slice, with stride 0. */
  EXPANDED;

  /** How many different elements a tensor of {@code shape} has. */
  int count(Shape shape) {
    return this == EXPANDED && shape.rank() > 0 && shape.dim(0) > 0
        ? shape.size() / shape.dim(0)
        : shape.size();
  }

  /** The tensor of {@code values}, of which there are {@link #count}. */
  Tensor arrange(Backend backend, Shape shape, DType dtype, double[] values) {
    if (shape.rank() == 0 || shape.size() == 0) {
      return backend.fromDoubles(shape, dtype, values);
    }
    return switch (this) {
      case CONTIGUOUS -> backend.fromDoubles(shape, dtype, values);
      case PERMUTED -> permuted(backend, shape, dtype, values);
      case SLICED -> sliced(backend, shape, dtype, values);
      case EXPANDED -> backend.fromDoubles(shape.with(0, 1), dtype, values).expand(shape);
    };
  }

  private static Tensor permuted(Backend backend, Shape shape, DType dtype, double[] values) {
    int[] reverse = new int[shape.rank()];
    for (int a = 0; a < reverse.length; a++) {
      reverse[a] = reverse.length - 1 - a;
    }
    Tensor straight = backend.fromDoubles(shape, dtype, values);
    Tensor turned = straight.permute(reverse);
    return backend.fromDoubles(turned.shape(), dtype, turned.toDoubles()).permute(reverse);
  }

  private static Tensor sliced(Backend backend, Shape shape, DType dtype, double[] values) {
    int last = shape.rank() - 1;
    Shape larger = shape.with(0, 2 * shape.dim(0) + 1);
    larger = last == 0 ? larger : larger.with(last, 2 * shape.dim(last) + 1);
    double[] surroundings = new double[larger.size()];
    Arrays.fill(surroundings, dtype == DType.INT32 ? -1 : Double.NaN);
    Tensor target = backend.fromDoubles(larger, dtype, surroundings);
    Tensor view = target.slice(0, 1, larger.dim(0), 2);
    view = last == 0 ? view : view.slice(last, 1, larger.dim(last), 2);
    view.assign(backend.fromDoubles(shape, dtype, values));
    return view;
  }
}
