package dev.hone.icp;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** How far from where it started each sample may go; radii are in the perturbation's space. */
public sealed interface Projection {
  /** Anywhere. */
  record None() implements Projection {}

  /** No element further than {@code radius}. */
  record Linf(double radius) implements Projection {
    public Linf {
      requireRadius(radius);
    }
  }

  /** Each sample's difference, as one vector, no longer than {@code radius}. */
  record L2(double radius) implements Projection {
    public L2 {
      requireRadius(radius);
    }
  }

  static Projection none() {
    return new None();
  }

  static Projection linf(double radius) {
    return new Linf(radius);
  }

  static Projection l2(double radius) {
    return new L2(radius);
  }

  /** The point of the ball around {@code start} nearest to {@code x}; x itself where inside. */
  default Tensor apply(Tensor x, Tensor start, Space space) {
    return switch (this) {
      case None _ -> x;
      case Linf(double radius) -> {
        Tensor r = space.toInput(scalar(x, radius));
        yield x.maximum(start.minus(r)).minimum(start.plus(r));
      }
      case L2(double radius) -> {
        Tensor delta = x.minus(start);
        Tensor norm = norm(space.fromInput(delta));
        Tensor r = scalar(x, radius);
        Tensor back = start.plus(delta.times(r.dividedBy(norm)));
        // A point inside stays as it is: start + (x - start) is not x in floating point.
        yield Tensor.where(norm.greater(r), back, x);
      }
    };
  }

  /**
   * How far each element may be from its start, in the input's units, broadcasting to x; null: as
   * far as it likes, or not said element by element.
   */
  default @Nullable Tensor radius(Tensor x, Space space) {
    return this instanceof Linf(double radius) ? space.toInput(scalar(x, radius)) : null;
  }

  /** The L2 norm of each sample of {@code delta} {@code [N, ...]}, as {@code [N, 1, ...]}. */
  static Tensor norm(Tensor delta) {
    return delta.times(delta).sum(true, Axes.withinSample(delta.shape().rank())).sqrt();
  }

  private static Tensor scalar(Tensor x, double value) {
    Shape ones = Shape.of(Axes.ones(x.shape().rank()));
    return x.backend().full(ones, DType.FLOAT32, value, x.arena());
  }

  private static void requireRadius(double radius) {
    if (!(radius >= 0)) {
      throw new IllegalArgumentException(
          "projection: the radius must not be negative, but is " + radius);
    }
  }
}
