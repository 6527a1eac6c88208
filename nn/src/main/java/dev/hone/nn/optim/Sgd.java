package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gradient descent with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013), as PyTorch
 * writes them:
 *
 * <pre>
 * b_1 = g_1,  b_t = momentum * b_{t-1} + (1 - dampening) * g_t
 * step = g_t + momentum * b_t   with Nesterov, else b_t
 * </pre>
 *
 * <p>Without momentum the step is the gradient, and there is no state.
 */
public record Sgd(double momentum, double dampening, boolean nesterov)
    implements UpdateRule<Sgd.Velocity> {
  public Sgd {
    UpdateRule.requireBeta("sgd", "momentum", momentum);
    if (!(dampening >= 0 && dampening <= 1)) {
      throw new IllegalArgumentException("sgd: dampening must be in [0, 1], but is " + dampening);
    }
    if (nesterov && (momentum == 0 || dampening != 0)) {
      throw new IllegalArgumentException(
          "sgd: Nesterov needs a momentum above 0 and dampening 0, but got momentum "
              + momentum
              + ", dampening "
              + dampening);
    }
  }

  /** The gradient itself. */
  public static Sgd plain() {
    return new Sgd(0, 0, false);
  }

  public static Sgd nesterov(double momentum) {
    return new Sgd(momentum, 0, true);
  }

  /** b, unless the momentum is 0. */
  public static final class Velocity extends RuleState {
    private final @Nullable Tensor b;

    private Velocity(@Nullable Tensor b) {
      this.b = b;
    }

    @Override
    public Map<String, Tensor> tensors() {
      return b == null ? Map.of() : Map.of("momentum", b);
    }
  }

  @Override
  public Velocity init(Tensor x) {
    return new Velocity(momentum == 0 ? null : x.fullLike(0));
  }

  @Override
  public StepRule next(Velocity state) {
    long t = state.advance();
    return state.b == null
        ? new StepRule.Gradient()
        : new StepRule.Momentum(momentum, dampening, nesterov, t == 1);
  }
}
