package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;

/** Softmax and its logarithm over the last axis. */
public sealed interface Softmax extends Op {

  /** y = e^x / sum e^x. dx = y * (dy - sum(dy * y)). */
  record Probabilities() implements Softmax {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).softmax();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor y = saved.output();
      dx.add(0, () -> y.times(dy.minus(dy.times(y).sum(true, -1))));
    }

    @Override
    public String label() {
      return "softmax";
    }
  }

  /** y = x - log sum e^x. dx = dy - e^y * sum(dy). */
  record LogProbabilities() implements Softmax {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).logSoftmax();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.minus(saved.output().exp().times(dy.sum(true, -1))));
    }

    @Override
    public String label() {
      return "log softmax";
    }
  }
}
