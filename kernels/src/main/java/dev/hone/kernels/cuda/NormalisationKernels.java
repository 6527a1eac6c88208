package dev.hone.kernels.cuda;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Batch norm, composed of other ops. */
final class NormalisationKernels {
  private final CudaBackend backend;

  NormalisationKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** {@code [C]} as {@code [C, 1, ...]}, which broadcasts to x {@code [N, C, ...]}. */
  private static Tensor perChannel(Tensor t, Shape x) {
    int[] d = new int[x.rank() - 1];
    Arrays.fill(d, 1);
    d[0] = x.dim(1);
    return t.reshape(d);
  }

  /** All axes of x but the channels'. */
  private static int[] others(Shape x) {
    int[] axes = new int[x.rank() - 1];
    for (int a = 1; a < axes.length; a++) {
      axes[a] = a + 1;
    }
    return axes;
  }

  BatchStatistics statistics(Tensor x) {
    try (Arena temporary = new Arena()) {
      int[] others = others(x.shape());
      Tensor mean = x.mean(others);
      Tensor centred = x.in(temporary).minus(perChannel(mean, x.shape()));
      Tensor variance = centred.times(centred).mean(others);
      return new BatchStatistics(mean, backend.contiguous(variance, x.arena()));
    }
  }

  Tensor apply(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    Arena arena =
        Tensor.arenaOf(x, statistics.mean(), statistics.variance(), gamma, beta, residual);
    try (Arena temporary = new Arena()) {
      Tensor y =
          normalised(x.in(temporary), statistics, eps)
              .times(perChannel(gamma, x.shape()))
              .plus(perChannel(beta, x.shape()));
      y = residual == null ? y : y.plus(residual);
      return backend.contiguous(relu ? y.relu() : y, arena);
    }
  }

  private static Tensor normalised(Tensor x, BatchStatistics statistics, float eps) {
    Tensor deviation = statistics.variance().in(x.arena()).plus(eps).sqrt();
    return x.minus(perChannel(statistics.mean(), x.shape()))
        .dividedBy(perChannel(deviation, x.shape()));
  }

  BatchNormGradient gradient(
      Tensor dy,
      @Nullable Tensor y,
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      float eps,
      boolean wantsDx,
      boolean wantsDresidual) {
    Arena arena = Tensor.arenaOf(dy, y, x, statistics.mean(), statistics.variance(), gamma);
    Shape shape = x.shape();
    try (Arena temporary = new Arena()) {
      Tensor dz = y == null ? dy.in(temporary) : dy.in(temporary).wherePositive(y);
      Tensor xhat = normalised(x.in(temporary), statistics, eps);
      Tensor dbeta = dz.sum(others(shape));
      Tensor dgamma = dz.times(xhat).sum(others(shape));
      Tensor dx = null;
      if (wantsDx) {
        double m = (double) shape.size() / shape.dim(1);
        Tensor scale =
            gamma.in(temporary).dividedBy(statistics.variance().in(temporary).plus(eps).sqrt());
        dx =
            dz.minus(perChannel(dbeta.dividedBy(m), shape))
                .minus(xhat.times(perChannel(dgamma.dividedBy(m), shape)))
                .times(perChannel(scale, shape));
      }
      return new BatchNormGradient(
          dx == null ? null : backend.contiguous(dx, arena),
          backend.contiguous(dgamma, arena),
          backend.contiguous(dbeta, arena),
          wantsDresidual ? backend.contiguous(dz, arena) : null);
    }
  }
}
