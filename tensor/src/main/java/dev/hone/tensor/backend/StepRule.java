package dev.hone.tensor.backend;

import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * How one gradient g becomes one step, element by element: an update rule's formula with the
 * numbers of step t. {@link #apply} is the definition that every backend must meet.
 */
public sealed interface StepRule {
  /** How many averages it keeps, each of g's shape. */
  int averages();

  /**
   * The step, composed of other ops, and the averages moved on in place. All else is computed in
   * g's arena.
   *
   * @param averages as many as {@link #averages} says, in the order of the formula
   */
  Tensor apply(List<Tensor> averages, Tensor g);

  /** {@code step = g}. */
  record Gradient() implements StepRule {
    @Override
    public int averages() {
      return 0;
    }

    @Override
    public Tensor apply(List<Tensor> averages, Tensor g) {
      return g;
    }
  }

  /** {@code step = sign(g)}. */
  record Signed() implements StepRule {
    @Override
    public int averages() {
      return 0;
    }

    @Override
    public Tensor apply(List<Tensor> averages, Tensor g) {
      return g.sign();
    }
  }

  /**
   * {@code b = g} at first, then {@code b = momentum * b + (1 - dampening) * g}; {@code step = b},
   * or with Nesterov {@code g + momentum * b}.
   */
  record Momentum(double momentum, double dampening, boolean nesterov, boolean first)
      implements StepRule {
    @Override
    public int averages() {
      return 1;
    }

    @Override
    public Tensor apply(List<Tensor> averages, Tensor g) {
      Tensor old = averages.getFirst();
      Tensor b = first ? g : old.in(g.arena()).times(momentum).plus(g.times(1 - dampening));
      old.assign(b);
      return nesterov ? g.plus(b.times(momentum)) : b;
    }
  }

  /**
   * Adam's step t = 1, 2, ... (Kingma and Ba, arXiv 1412.6980, algorithm 1); averages m, v.
   *
   * <pre>
   * m = beta1 * m + (1 - beta1) * g       mhat = m / (1 - beta1^t)
   * v = beta2 * v + (1 - beta2) * g^2     vhat = v / (1 - beta2^t)
   * step = mhat / (sqrt(vhat) + eps)
   * </pre>
   */
  record Adam(double beta1, double beta2, double eps, long t) implements StepRule {
    @Override
    public int averages() {
      return 2;
    }

    @Override
    public Tensor apply(List<Tensor> averages, Tensor g) {
      Tensor m = moved(averages.get(0), beta1, g, g);
      Tensor v = moved(averages.get(1), beta2, g, g.times(g));
      Tensor mhat = m.dividedBy(1 - Math.pow(beta1, t));
      Tensor vhat = v.dividedBy(1 - Math.pow(beta2, t));
      return mhat.dividedBy(vhat.sqrt().plus(eps));
    }
  }

  /**
   * AdEMAMix's step t (Pagliardini et al., arXiv 2409.03137, algorithm 1), with beta3 and alpha as
   * their schedules have them at t; averages m1, m2, v.
   *
   * <pre>
   * m1 = beta1 * m1 + (1 - beta1) * g       m1hat = m1 / (1 - beta1^t)
   * m2 = beta3 * m2 + (1 - beta3) * g       not bias-corrected
   * v  = beta2 * v  + (1 - beta2) * g^2     vhat = v / (1 - beta2^t)
   * step = (m1hat + alpha * m2) / (sqrt(vhat) + eps)
   * </pre>
   */
  record AdEmaMix(double beta1, double beta2, double beta3, double alpha, double eps, long t)
      implements StepRule {
    @Override
    public int averages() {
      return 3;
    }

    @Override
    public Tensor apply(List<Tensor> averages, Tensor g) {
      Tensor m1 = moved(averages.get(0), beta1, g, g);
      Tensor m2 = moved(averages.get(1), beta3, g, g);
      Tensor v = moved(averages.get(2), beta2, g, g.times(g));
      Tensor m1hat = m1.dividedBy(1 - Math.pow(beta1, t));
      Tensor vhat = v.dividedBy(1 - Math.pow(beta2, t));
      return m1hat.plus(m2.times(alpha)).dividedBy(vhat.sqrt().plus(eps));
    }
  }

  /** {@code average = beta * average + (1 - beta) * x}, in place; returned in g's arena. */
  private static Tensor moved(Tensor average, double beta, Tensor g, Tensor x) {
    Tensor next = average.in(g.arena()).times(beta).plus(x.times(1 - beta));
    average.assign(next);
    return next;
  }
}
