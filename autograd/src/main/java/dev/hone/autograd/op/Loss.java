package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;

/** Losses that a backend may compute in one pass, there and back. */
public sealed interface Loss extends Op {

  /**
   * y {@code [N]} of logits {@code [N, classes]} and int32 labels {@code [N]}: y = -log p[label],
   * smoothed. dlogits = dy * (p - target).
   */
  record CrossEntropy(double smoothing) implements Loss {
    @Override
    public Tensor forward(Saved saved) {
      Tensor logits = saved.input(0);
      return logits.backend().crossEntropy(logits, saved.input(1), smoothing);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor logits = saved.input(0);
      dx.add(0, () -> logits.backend().crossEntropyGradient(dy, logits, saved.input(1), smoothing));
    }

    @Override
    public String label() {
      return "cross entropy";
    }
  }

  /** y {@code []} = the mean of (a - b)^2 over M elements. da = 2 (a - b) dy / M, db = -da. */
  record MeanSquaredError() implements Loss {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).backend().meanSquaredError(saved.input(0), saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor a = saved.input(0);
      Tensor b = saved.input(1);
      dx.add(0, () -> a.backend().meanSquaredErrorGradient(dy, a, b));
      dx.add(1, () -> a.backend().meanSquaredErrorGradient(dy, b, a));
    }

    @Override
    public String label() {
      return "mean squared error";
    }
  }

  /**
   * y = -log p(t) of targets t in [0, 1] under Bernoulli's distribution with these logits, element
   * by element: y = log(1 + e^l) - l t, computed as |l| / 2 + l (1/2 - t) + log(1 + e^-|l|), which
   * overflows nowhere and is exact where l is large. dl = dy (sigmoid(l) - t), dt = -dy l.
   */
  record BernoulliNegativeLogLikelihood() implements Loss {
    @Override
    public Tensor forward(Saved saved) {
      Tensor l = saved.input(0);
      Tensor size = l.abs();
      Tensor tail = size.negate().exp().plus(1).log();
      return l.times(saved.input(1).negate().plus(0.5)).plus(size.times(0.5)).plus(tail);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor l = saved.input(0);
      dx.add(0, () -> dy.times(l.sigmoid().minus(saved.input(1))).sumTo(l.shape()));
      dx.add(1, () -> dy.times(l).negate().sumTo(saved.input(1).shape()));
    }

    @Override
    public String label() {
      return "bernoulli negative log-likelihood";
    }
  }
}
