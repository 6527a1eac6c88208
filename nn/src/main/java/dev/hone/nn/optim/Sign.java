package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;

/**
 * {@code step = sign(g)}: signed descent. Ascending with it is FGSM (Goodfellow et al., arXiv
 * 1412.6572) and, iterated, i-FGSM (Kurakin et al., arXiv 1607.02533).
 */
public record Sign() implements UpdateRule<RuleState.Empty> {
  @Override
  public RuleState.Empty init(Tensor x) {
    return new RuleState.Empty();
  }

  @Override
  public Tensor step(RuleState.Empty state, Tensor x, Tensor dx) {
    state.advance();
    return dx.sign();
  }
}
