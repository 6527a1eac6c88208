package dev.hone.autograd.op;

import dev.hone.tensor.Pooling;
import dev.hone.tensor.Tensor;

/**
 * Changes of an image's resolution, {@code [N, C, H, W]}. Global pooling is {@link Reduce.Mean}.
 */
public sealed interface Pool extends Op {

  /** y = mean of each window. dx = dy / window size, spread over the window. */
  record Average(Pooling p) implements Pool {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).averagePool(p);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.averagePoolGradient(saved.input(0).shape(), p));
    }
  }

  /** y = largest of each window. dx = dy at the first largest element. */
  record Max(Pooling p) implements Pool {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).maxPool(p);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.maxPoolGradient(saved.input(0), p));
    }
  }

  /** y = each pixel as a square of factor x factor. dx = the sum of dy over each square. */
  record UpsampleNearest(int factor) implements Pool {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).upsampleNearest(factor);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      double area = (double) factor * factor;
      dx.add(0, () -> dy.averagePool(new Pooling(factor)).times(area));
    }
  }
}
