package dev.hone.nn.optim;

import dev.hone.nn.Parameter;

/**
 * The pull of weights towards zero.
 *
 * @param rate the factor, such as 5e-4; 0: none
 * @param coupling where it enters the step
 * @param scope which parameters it pulls
 */
public record WeightDecay(double rate, Coupling coupling, Scope scope) {
  /** Where the decay enters the step. */
  public enum Coupling {
    /** Added to the gradient before the rule sees it, as L2 regularisation: SGD, Adam. */
    COUPLED,
    /** Beside the rule, {@code x = x - lr * (step + rate * x)}: AdamW (arXiv 1711.05101). */
    DECOUPLED
  }

  /** Which parameters decay. */
  public enum Scope {
    /** All, batch norm's and biases included: PyTorch's default, and the usual CIFAR recipe's. */
    ALL,
    /** Only those that say so, {@link Parameter#decays}: weights of convolutions and the like. */
    WEIGHTS_ONLY
  }

  public WeightDecay {
    if (!(rate >= 0 && Double.isFinite(rate))) {
      throw new IllegalArgumentException(
          "weight decay: the rate must be finite and not negative, but is " + rate);
    }
  }

  public static WeightDecay none() {
    return coupled(0);
  }

  /** Coupled, of all parameters. */
  public static WeightDecay coupled(double rate) {
    return new WeightDecay(rate, Coupling.COUPLED, Scope.ALL);
  }

  /** Decoupled, of all parameters. */
  public static WeightDecay decoupled(double rate) {
    return new WeightDecay(rate, Coupling.DECOUPLED, Scope.ALL);
  }

  public WeightDecay withScope(Scope other) {
    return new WeightDecay(rate, coupling, other);
  }

  /** Whether {@code p} is pulled. */
  boolean appliesTo(Parameter p) {
    return rate > 0 && (scope == Scope.ALL || p.decays());
  }
}
