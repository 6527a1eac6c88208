package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;

/**
 * How a gradient becomes a step: a value, so the same rules serve weights ({@link Optimizer}) and
 * inputs (ICP). The rate is the caller's, since a schedule gives it to weights and each sample may
 * have its own:
 *
 * <pre>x = x - rate * rule.step(state, x, dx)</pre>
 *
 * @param <S> what the rule remembers of a tensor
 */
public sealed interface UpdateRule<S extends RuleState> permits Sgd, Sign, Adam, AdEmaMix {
  /** The state before the first step: zeros, in x's memory (x's arena, or owned if it has none). */
  S init(Tensor x);

  /**
   * The step to subtract at rate 1, and the state moved on in place. Everything but the state is
   * computed in dx's arena, so nothing of a tape stays behind in an owned state.
   *
   * @param x where the gradient was taken
   * @param dx the gradient, of x's shape
   * @return of x's shape
   */
  default Tensor step(S state, Tensor x, Tensor dx) {
    return dx.backend().step(next(state), state.averages(), dx);
  }

  /** The formula of the next step with its numbers, and that step counted. */
  StepRule next(S state);

  /** Complains unless a decay rate of an average is in [0, 1). */
  static void requireBeta(String rule, String name, double beta) {
    if (!(beta >= 0 && beta < 1)) {
      throw new IllegalArgumentException(rule + ": " + name + " must be in [0, 1), but is " + beta);
    }
  }

  /** Complains unless {@code eps}, which keeps a quotient finite, is positive. */
  static void requireEps(String rule, double eps) {
    if (!(eps > 0 && Double.isFinite(eps))) {
      throw new IllegalArgumentException(rule + ": eps must be positive and finite, but is " + eps);
    }
  }
}
