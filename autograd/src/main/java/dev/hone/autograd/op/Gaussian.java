package dev.hone.autograd.op;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;

/**
 * Of normal distributions with a mean and a log-variance l each, {@code [N, L]}, as a variational
 * autoencoder has for a batch (Kingma and Welling 2013, arXiv 1312.6114). A backend may compute
 * each in one pass, there and back.
 */
public sealed interface Gaussian extends Op {

  /**
   * z {@code [N, L]} = mean + e^(l / 2) * noise (section 2.4). dmean = dz, dl = dz * noise * e^(l /
   * 2) / 2, dnoise = dz * e^(l / 2).
   */
  record Reparameterize() implements Gaussian {
    @Override
    public Tensor forward(Saved saved) {
      requireRows(label(), saved.input(0), saved.input(1), saved.input(2));
      return saved
          .input(0)
          .backend()
          .reparameterize(saved.input(0), saved.input(1), saved.input(2));
    }

    @Override
    public void vjp(Saved saved, Tensor dz, Cotangents dx) {
      Tensor l = saved.input(1);
      dx.add(0, () -> dz);
      dx.add(1, () -> l.backend().reparameterizeGradient(dz, l, saved.input(2)));
      dx.add(2, () -> dz.times(l.times(0.5).exp()));
    }

    @Override
    public String label() {
      return "reparameterize";
    }
  }

  /**
   * y {@code [N]} = 1/2 sum over L of (mean^2 + e^l - l - 1) (appendix B): how far from N(0, 1).
   * dmean = dy * mean, dl = dy * (e^l - 1) / 2.
   */
  record Divergence() implements Gaussian {
    @Override
    public Tensor forward(Saved saved) {
      requireRows(label(), saved.input(0), saved.input(1));
      return saved.input(0).backend().gaussianDivergence(saved.input(0), saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor l = saved.input(1);
      dx.add(0, () -> saved.input(0).times(dy.reshape(dy.shape().dim(0), 1)));
      dx.add(1, () -> l.backend().gaussianDivergenceGradient(dy, l));
    }

    @Override
    public String label() {
      return "gaussian divergence";
    }
  }

  private static void requireRows(String op, Tensor mean, Tensor... others) {
    Shape shape = mean.shape();
    shape.requireRank(op, "mean", 2);
    for (Tensor other : others) {
      if (!other.shape().equals(shape)) {
        throw new ShapeException(
            op
                + ": all operands must be "
                + shape
                + " as the mean is, but one is "
                + other.shape());
      }
    }
  }
}
