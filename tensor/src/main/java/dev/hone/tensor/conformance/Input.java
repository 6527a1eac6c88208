package dev.hone.tensor.conformance;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/** One operand of an op case: its shape, its numbers, and how it lies in memory. */
public record Input(Shape shape, Values values, Arrangement arrangement) {
  /** Row-major. */
  static Input of(Values values, int... dims) {
    return new Input(Shape.of(dims), values, Arrangement.CONTIGUOUS);
  }

  /** General numbers, row-major. */
  static Input general(int... dims) {
    return of(Values.GENERAL, dims);
  }

  Input as(Arrangement other) {
    return new Input(shape, values, other);
  }

  /** The tensor, with numbers that depend on {@code philox} only. */
  Tensor on(Backend backend, Philox philox) {
    double[] drawn = values.draw(philox, arrangement.count(shape));
    return arrangement.arrange(backend, shape, values.dtype(), drawn);
  }

  @Override
  public String toString() {
    String s = shape.toString();
    if (values != Values.GENERAL) {
      s += " " + values;
    }
    return arrangement == Arrangement.CONTIGUOUS
        ? s
        : s + " " + arrangement.name().toLowerCase(java.util.Locale.ROOT);
  }
}
