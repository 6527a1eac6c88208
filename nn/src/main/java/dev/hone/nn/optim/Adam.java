package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1), with g the gradient at step t = 1, 2, ...:
 *
 * <pre>
 * m = beta1 * m + (1 - beta1) * g       mhat = m / (1 - beta1^t)
 * v = beta2 * v + (1 - beta2) * g^2     vhat = v / (1 - beta2^t)
 * step = mhat / (sqrt(vhat) + eps)
 * </pre>
 */
public record Adam(double beta1, double beta2, double eps) implements UpdateRule<Adam.Moments> {
  public Adam {
    UpdateRule.requireBeta("adam", "beta1", beta1);
    UpdateRule.requireBeta("adam", "beta2", beta2);
    UpdateRule.requireEps("adam", eps);
  }

  /** The paper's defaults: .9, .999, 1e-8. */
  public Adam() {
    this(0.9, 0.999, 1e-8);
  }

  /** m and v. */
  public static final class Moments extends RuleState {
    private final Tensor m;
    private final Tensor v;

    private Moments(Tensor m, Tensor v) {
      this.m = m;
      this.v = v;
    }

    @Override
    public Map<String, Tensor> tensors() {
      var all = new LinkedHashMap<String, Tensor>();
      all.put("m", m);
      all.put("v", v);
      return all;
    }
  }

  @Override
  public Moments init(Tensor x) {
    return new Moments(x.fullLike(0), x.fullLike(0));
  }

  @Override
  public StepRule next(Moments state) {
    return new StepRule.Adam(beta1, beta2, eps, state.advance());
  }
}
