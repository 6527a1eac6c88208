package dev.hone.icp.distill;

/** a(e): the weight of the task loss in epoch e, as distillation takes over with 1 - a. */
public sealed interface Fade {
  /**
   * The weight of the task loss.
   *
   * @param epoch e, from 0
   * @param k the epoch with which distillation begins; 1 before it
   * @param epochs E, the end
   */
  default double a(int epoch, int k, int epochs) {
    if (epoch < k) {
      return 1;
    }
    double part = (double) (epoch - k) / (epochs - k);
    return switch (this) {
      case QuarterCosine _ -> Math.cos(Math.PI / 2 * part);
      case HalfCosine _ -> (1 + Math.cos(Math.PI * part)) / 2;
      case Constant(double a) -> a;
    };
  }

  /** {@code cos(pi (e-k) / (2 (E-k)))}: the paper's. */
  record QuarterCosine() implements Fade {}

  /** {@code (1 + cos(pi (e-k) / (E-k))) / 2}. */
  record HalfCosine() implements Fade {}

  /** The same weight from epoch k on. */
  record Constant(double a) implements Fade {
    public Constant {
      if (!(a >= 0 && a <= 1)) {
        throw new IllegalArgumentException("a(e): the weight must be in [0, 1], but is " + a);
      }
    }
  }
}
