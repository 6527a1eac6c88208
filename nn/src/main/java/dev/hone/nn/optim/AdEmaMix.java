package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdEMAMix (Pagliardini et al., arXiv 2409.03137, algorithm 1): Adam with a second, slow average of
 * the gradient beside the fast one. With g the gradient at step t = 1, 2, ...:
 *
 * <pre>
 * m1 = beta1    * m1 + (1 - beta1)    * g       m1hat = m1 / (1 - beta1^t)
 * m2 = beta3(t) * m2 + (1 - beta3(t)) * g       not bias-corrected
 * v  = beta2    * v  + (1 - beta2)    * g^2     vhat = v / (1 - beta2^t)
 * step = (m1hat + alpha(t) * m2) / (sqrt(vhat) + eps)
 * </pre>
 *
 * @param warmUpAlpha T_alpha, the steps over which alpha grows to its value; 0: there at once
 * @param warmUpBeta3 T_b3, the steps over which beta3 grows from beta1; 0: there at once
 */
public record AdEmaMix(
    double beta1,
    double beta2,
    double beta3,
    double alpha,
    double eps,
    long warmUpAlpha,
    long warmUpBeta3)
    implements UpdateRule<AdEmaMix.Moments> {
  public AdEmaMix {
    UpdateRule.requireBeta("ademamix", "beta1", beta1);
    UpdateRule.requireBeta("ademamix", "beta2", beta2);
    UpdateRule.requireBeta("ademamix", "beta3", beta3);
    UpdateRule.requireEps("ademamix", eps);
    if (!(alpha >= 0) || warmUpAlpha < 0 || warmUpBeta3 < 0) {
      throw new IllegalArgumentException(
          "ademamix: alpha and the warm-ups must not be negative, but are "
              + alpha
              + ", "
              + warmUpAlpha
              + ", "
              + warmUpBeta3);
    }
    if (warmUpBeta3 > 0 && !(beta1 > 0 && beta1 < beta3)) {
      throw new IllegalArgumentException(
          "ademamix: the warm-up of beta3 needs 0 < beta1 < beta3, but they are "
              + beta1
              + ", "
              + beta3);
    }
  }

  /** The paper's defaults: .9, .999, .9999, alpha 5, eps 1e-8, no warm-ups. */
  public AdEmaMix() {
    this(0.9, 0.999, 0.9999, 5, 1e-8, 0, 0);
  }

  public AdEmaMix withAlpha(double other) {
    return new AdEmaMix(beta1, beta2, beta3, other, eps, warmUpAlpha, warmUpBeta3);
  }

  /** With T_alpha and T_b3, in steps. */
  public AdEmaMix withWarmUps(long steps, long beta3Steps) {
    return new AdEmaMix(beta1, beta2, beta3, alpha, eps, steps, beta3Steps);
  }

  /** m1, m2 and v. */
  public static final class Moments extends RuleState {
    private final Tensor m1;
    private final Tensor m2;
    private final Tensor v;

    private Moments(Tensor m1, Tensor m2, Tensor v) {
      this.m1 = m1;
      this.m2 = m2;
      this.v = v;
    }

    @Override
    public Map<String, Tensor> tensors() {
      var all = new LinkedHashMap<String, Tensor>();
      all.put("m1", m1);
      all.put("m2", m2);
      all.put("v", v);
      return all;
    }
  }

  @Override
  public Moments init(Tensor x) {
    return new Moments(x.fullLike(0), x.fullLike(0), x.fullLike(0));
  }

  @Override
  public StepRule next(Moments state) {
    long t = state.advance();
    return new StepRule.AdEmaMix(beta1, beta2, beta3(t), alpha(t), eps, t);
  }

  /** {@code min(t * alpha / T_alpha, alpha)}. */
  double alpha(long t) {
    return warmUpAlpha == 0 ? alpha : Math.min(t * alpha / warmUpAlpha, alpha);
  }

  /**
   * {@code min(exp(ln b1 ln b3 / ((1 - t/T_b3) ln b3 + (t/T_b3) ln b1)), b3)}: the average's half
   * life grows linearly.
   */
  double beta3(long t) {
    if (warmUpBeta3 == 0) {
      return beta3;
    }
    double part = (double) t / warmUpBeta3;
    double ln1 = Math.log(beta1);
    double ln3 = Math.log(beta3);
    return Math.min(Math.exp(ln1 * ln3 / ((1 - part) * ln3 + part * ln1)), beta3);
  }
}
