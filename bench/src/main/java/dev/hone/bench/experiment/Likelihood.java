package dev.hone.bench.experiment;

import dev.hone.nn.loss.Reconstruction;

/** What {@code --reconstruction} names: the decoder's p(x | z). */
public enum Likelihood {
  /** None, in a task without a decoder. */
  NONE,
  BERNOULLI,
  GAUSSIAN,
  /** Laplace's distribution: the L1 distance. */
  L1;

  /**
   * With {@code scale} where it has one.
   *
   * @param scale deviation of the Gaussian, b of Laplace's
   */
  public Reconstruction of(double scale) {
    return switch (this) {
      case BERNOULLI -> new Reconstruction.Bernoulli();
      case GAUSSIAN -> new Reconstruction.Gaussian(scale);
      case L1 -> new Reconstruction.Laplace(scale);
      case NONE -> throw new IllegalStateException("settings: this task has no reconstruction");
    };
  }

  /** Whether it has a scale. */
  boolean isScaled() {
    return this == GAUSSIAN || this == L1;
  }
}
