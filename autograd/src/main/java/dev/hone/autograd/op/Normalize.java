package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.Objects;

/** Normalisation over a batch (Ioffe and Szegedy 2015, arXiv 1502.03167). */
public sealed interface Normalize extends Op {

  /**
   * y = act((x - mean) / sqrt(variance + eps) * gamma + beta + residual), per channel of x {@code
   * [N, C, ...]}; inputs x, gamma {@code [C]}, beta {@code [C]} and perhaps the residual. The
   * gradient is {@link dev.hone.tensor.backend.Backend#batchNormGradient}: it counts that mean and
   * variance depend on x, so they must be x's own. With fixed statistics, batch norm is a
   * multiplication and an addition and needs no op of its own.
   */
  record BatchNorm(BatchStatistics statistics, float eps, boolean residual, boolean relu)
      implements Normalize {
    @Override
    public Tensor forward(Saved saved) {
      return saved
          .input(0)
          .batchNorm(
              statistics,
              saved.input(1),
              saved.input(2),
              eps,
              residual ? saved.input(3) : null,
              relu);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      // dz: dy itself where it is masked already, or where there is nothing to mask by.
      boolean dyIsDz = !relu || dx.dyIsMasked();
      boolean wantsDresidual = residual && dx.wants(3) && !dyIsDz;
      BatchNormGradient g =
          dy.backend()
              .batchNormGradient(
                  dy,
                  dyIsDz ? null : saved.output(),
                  saved.input(0),
                  statistics,
                  saved.input(1),
                  eps,
                  dx.wants(0),
                  wantsDresidual);
      dx.add(0, () -> Objects.requireNonNull(g.dx()));
      dx.add(1, g::dgamma);
      dx.add(2, g::dbeta);
      if (residual) {
        dx.add(3, () -> dyIsDz ? dy : Objects.requireNonNull(g.dresidual()));
      }
    }

    @Override
    public boolean endsInRelu() {
      return relu;
    }

    @Override
    public String label() {
      return "batch norm";
    }
  }
}
