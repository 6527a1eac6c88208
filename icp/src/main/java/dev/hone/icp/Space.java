package dev.hone.icp;

import dev.hone.nn.Normalization;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The space in which eps, radii and a random start are stated. What moves is always the tensor that
 * was passed; its units and theirs are the same or they are not, and mixing them up is the most
 * repeated mistake with input perturbations: an eps of 8/255 means one thing for pixels and another
 * for pixels divided by a standard deviation of .26.
 */
public sealed interface Space {
  /**
   * The units of the tensor that is passed, whichever they are: pixels, if the model's first block
   * is its {@link Normalization}; normalised units, if the data were normalised before. The
   * defaults of {@link Perturbation} are meant for normalised units.
   */
  record AsGiven() implements Space {}

  /**
   * Pixels, although the tensor that is passed was normalised. The result is the same as if the
   * normalisation were the model's first block and the pixels were what moves.
   *
   * @param std {@code [C]}: the tensor passed is (pixel - mean) / std
   */
  record Pixels(Tensor std) implements Space {}

  static Space asGiven() {
    return new AsGiven();
  }

  /** Pixels of inputs that {@code normalization} has normalised. */
  static Space pixels(Normalization normalization) {
    return new Pixels(normalization.std());
  }

  /**
   * The gradient with respect to a point of this space, from {@code dx} with respect to the input:
   * by the chain rule dx / std, as the input is (pixel - mean) / std.
   */
  default Tensor gradient(Tensor dx) {
    return toInput(dx);
  }

  /** A difference of two points of this space, in the input's units. */
  default Tensor toInput(Tensor delta) {
    return switch (this) {
      case AsGiven _ -> delta;
      case Pixels(Tensor std) -> delta.dividedBy(like(std, delta));
    };
  }

  /** A difference of two inputs, in this space's units. */
  default Tensor fromInput(Tensor delta) {
    return switch (this) {
      case AsGiven _ -> delta;
      case Pixels(Tensor std) -> delta.times(like(std, delta));
    };
  }

  /** What this space's units are in the input's, broadcasting to x; null: 1. */
  default @Nullable Tensor unit(Tensor x) {
    return switch (this) {
      case AsGiven _ -> null;
      case Pixels(Tensor std) -> like(std, x);
    };
  }

  private static Tensor like(Tensor std, Tensor delta) {
    return Axes.perChannel(std.to(delta.backend()), delta.shape().rank());
  }
}
