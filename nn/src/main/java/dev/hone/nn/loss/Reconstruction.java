package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;

/**
 * How likely an image is, given what a decoder makes of its latent numbers: p(x | z), whose
 * parameter m in (0, 1) for each pixel is the sigmoid of the decoder's logits.
 */
public sealed interface Reconstruction {
  /**
   * p(x | z) = m^x (1 - m)^(1 - x), as in Kingma and Welling 2013, appendix C.1. Made for pixels of
   * 0 and 1; for those between it is no density, but has its least value at m = x.
   */
  record Bernoulli() implements Reconstruction {}

  /**
   * Normal with mean m and a fixed deviation, appendix C.2.
   *
   * @param deviation in units of pixels from 0 to 1
   */
  record Gaussian(double deviation) implements Reconstruction {
    public Gaussian {
      requirePositive("deviation", deviation);
    }
  }

  /**
   * Laplace's distribution around m: the L1 distance.
   *
   * @param scale its b, the mean distance, in units of pixels from 0 to 1
   */
  record Laplace(double scale) implements Reconstruction {
    public Laplace {
      requirePositive("scale", scale);
    }
  }

  /**
   * -log p(x | z) of each sample in nats, {@code [N]}.
   *
   * @param logits {@code [N, D]}
   * @param x {@code [N, ...]} of D values each, in [0, 1]
   */
  default Variable none(Variable logits, Tensor x) {
    int n = x.shape().rank() == 0 ? 0 : x.shape().dim(0);
    if (logits.shape().rank() != 2
        || logits.shape().dim(0) != n
        || logits.shape().size() != x.shape().size()) {
      throw new ShapeException(
          "reconstruction: logits "
              + logits.shape()
              + " and images "
              + x.shape()
              + " differ in the number of samples or of values");
    }
    Variable target = logits.tape().constant(x.reshape(logits.shape()));
    Variable each =
        switch (this) {
          case Bernoulli _ -> logits.bernoulliNegativeLogLikelihood(target);
          // (x - m)^2 / (2 s^2) + log(s sqrt(2 pi))
          case Gaussian(double s) ->
              logits
                  .sigmoid()
                  .minus(target)
                  .square()
                  .times(1 / (2 * s * s))
                  .plus(Math.log(s * Math.sqrt(2 * Math.PI)));
          // |x - m| / b + log(2b); the gradient where m = x is 0
          case Laplace(double b) ->
              logits.sigmoid().minus(target).abs().times(1 / b).plus(Math.log(2 * b));
        };
    return each.sum(1);
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "reconstruction: the " + what + " must be positive, but is " + value);
    }
  }
}
