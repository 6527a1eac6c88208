package dev.hone.nn.loss;

/**
 * The weight of an {@link Elbo}'s divergence in the course of training: it rises in a straight line
 * from 0 to its value, so that the decoder learns to use z before using it costs anything (Bowman
 * et al. 2016, arXiv 1511.06349, section 3.1).
 *
 * @param value where it ends
 * @param warmup how many epochs it takes to get there; 0: it is there from the start
 */
public record Beta(double value, double warmup) {
  public Beta {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException("beta: must be finite and not negative, but is " + value);
    }
    if (!(warmup >= 0 && Double.isFinite(warmup))) {
      throw new IllegalArgumentException(
          "beta: the warm-up must be a number of epochs, 0 or more, but is " + warmup);
    }
  }

  /** The weight after {@code epochs}, a part of one included. */
  public double after(double epochs) {
    return epochs >= warmup ? value : value * epochs / warmup;
  }
}
