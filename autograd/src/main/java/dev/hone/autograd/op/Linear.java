package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;

/** Products of matrices. */
public sealed interface Linear extends Op {

  /** y = a b, batched: a {@code [..., M, K]}, b {@code [..., K, N]}. da = dy b^T, db = a^T dy. */
  record MatMul() implements Linear {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).matmul(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor a = saved.input(0);
      Tensor b = saved.input(1);
      dx.add(0, () -> dy.matmul(b.transpose()).sumTo(a.shape()));
      dx.add(1, () -> a.transpose().matmul(dy).sumTo(b.shape()));
    }
  }
}
