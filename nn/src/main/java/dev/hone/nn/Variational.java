package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import java.util.List;

/**
 * What a variational autoencoder puts out for a batch. A model's output is one variable, so the
 * three travel packed side by side, {@code [N, D + 2L]}; whoever knows D, the loss by its target,
 * tells them apart again.
 *
 * @param logits of the decoder's mean, {@code [N, D]} with D = C * H * W: the sigmoid of them is an
 *     image
 * @param mean of q(z | x), {@code [N, L]}
 * @param logVariance of q(z | x), {@code [N, L]}
 */
public record Variational(Variable logits, Variable mean, Variable logVariance) {
  public Variational {
    logits.shape().requireRank("variational output", "logits", 2);
    mean.shape().requireRank("variational output", "mean", 2);
    Shape latent = mean.shape();
    int n = logits.shape().dim(0);
    if (latent.dim(0) != n || !logVariance.shape().equals(latent)) {
      throw new ShapeException(
          "variational output: logits "
              + logits.shape()
              + " need mean and log-variance ["
              + n
              + ", L] each, but they are "
              + latent
              + " and "
              + logVariance.shape());
    }
  }

  /** The three side by side, {@code [N, D + 2L]}. */
  public Variable packed() {
    return Variable.concat(1, List.of(logits, mean, logVariance));
  }

  /**
   * The parts of what {@link #packed} made.
   *
   * @param output {@code [N, D + 2L]}
   * @param pixels D, values of an image
   */
  public static Variational of(Variable output, int pixels) {
    Shape shape = output.shape();
    shape.requireRank("variational output", "output", 2);
    int rest = shape.dim(1) - pixels;
    if (rest < 2 || rest % 2 != 0) {
      throw new ShapeException(
          "variational output: "
              + shape
              + " holds no logits of images of "
              + pixels
              + " values with means and log-variances behind them; do the model's images and the"
              + " target differ in size?");
    }
    int mean = pixels + rest / 2;
    return new Variational(
        output.slice(1, 0, pixels),
        output.slice(1, pixels, mean),
        output.slice(1, mean, shape.dim(1)));
  }
}
