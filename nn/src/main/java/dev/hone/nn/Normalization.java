package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;

/**
 * y = (x - mean) / std per channel of {@code [N, C, H, W]}. As a model's first block it lets
 * inputs, and so perturbations, live in pixel space. Mean and std belong to the data: they are
 * settings, neither parameters nor buffers, and no file of weights holds them.
 */
public final class Normalization extends Block {
  private final Tensor mean;
  private final Tensor std;

  /**
   * @param mean {@code [C]}
   * @param std {@code [C]}, positive
   */
  public Normalization(Tensor mean, Tensor std) {
    mean.shape().requireRank("normalization", "mean", 1);
    if (!std.shape().equals(mean.shape())) {
      throw new IllegalArgumentException(
          "normalization: mean " + mean.shape() + " and std " + std.shape() + " differ in shape");
    }
    for (double s : std.toDoubles()) {
      if (!(s > 0 && s < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "normalization: every std must be positive, but one is " + s);
      }
    }
    this.mean = mean.keep();
    this.std = std.keep();
  }

  /** {@code [C]}. */
  public Tensor mean() {
    return mean;
  }

  /** {@code [C]}. */
  public Tensor std() {
    return std;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    x.shape().requireRank("normalization", "x", 4);
    int channels = mean.shape().dim(0);
    if (x.shape().dim(1) != channels) {
      throw new ShapeException(
          "normalization: x "
              + x.shape()
              + " has "
              + x.shape().dim(1)
              + " channels, but mean and std are for "
              + channels);
    }
    var tape = x.tape();
    return x.minus(tape.constant(mean.reshape(1, channels, 1, 1)))
        .dividedBy(tape.constant(std.reshape(1, channels, 1, 1)));
  }
}
