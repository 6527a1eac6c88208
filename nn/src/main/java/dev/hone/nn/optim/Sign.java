package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;

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
  public StepRule next(RuleState.Empty state) {
    state.advance();
    return new StepRule.Signed();
  }
}
