package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;

/**
 * Launches variational.ptx. Means and log-variances are mostly halves of one tensor, so rows may
 * lie apart; only their elements must be neighbours.
 */
final class VariationalKernels {
  private static final String FAMILY = "variational";
  private static final int REPARAMETERIZE = 0;
  private static final int REPARAMETERIZE_GRADIENT = 1;
  private static final int DIVERGENCE_GRADIENT = 2;

  private final CudaBackend backend;

  VariationalKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** {@code [N, L]}, from {@code [N, L]} each. */
  Tensor reparameterize(Tensor mean, Tensor logVariance, Tensor noise) {
    return each(REPARAMETERIZE, mean, logVariance, noise);
  }

  /** {@code [N, L]}, from {@code [N, L]} each. */
  Tensor reparameterizeGradient(Tensor dz, Tensor logVariance, Tensor noise) {
    return each(REPARAMETERIZE_GRADIENT, dz, logVariance, noise);
  }

  /** {@code [N, L]}, from dy {@code [N]}. */
  Tensor divergenceGradient(Tensor dy, Tensor logVariance) {
    Tensor column = dy.reshape(dy.shape().dim(0), 1);
    return each(DIVERGENCE_GRADIENT, column, logVariance, column);
  }

  private Tensor each(int function, Tensor a, Tensor logVariance, Tensor b) {
    Shape shape = logVariance.shape();
    Tensor y = backend.empty(shape, DType.FLOAT32, Tensor.arenaOf(a, logVariance, b));
    if (shape.size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments = new Arguments().tensor(y);
      rows(arguments, a, temporary);
      rows(arguments, logVariance, temporary);
      rows(arguments, b, temporary);
      arguments.u32(shape.size(), shape.dim(1), function);
      backend.device().launch(FAMILY, "each", shape.size(), arguments);
    }
    return y;
  }

  /** {@code [N]}, from {@code [N, L]} each. */
  Tensor divergence(Tensor mean, Tensor logVariance) {
    int n = mean.shape().dim(0);
    Tensor y = backend.empty(Shape.of(n), DType.FLOAT32, Tensor.arenaOf(mean, logVariance));
    if (n == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments = new Arguments().tensor(y);
      rows(arguments, mean, temporary);
      rows(arguments, logVariance, temporary);
      arguments.u32(n, mean.shape().dim(1));
      backend.device().launch(FAMILY, "divergence", (long) n * GpuProperties.WARP, arguments);
    }
    return y;
  }

  /** The address of x {@code [N, L]} and the distance of its rows. */
  private static void rows(Arguments arguments, Tensor x, Arena temporary) {
    boolean pieces = x.shape().dim(1) == 1 || CudaBackend.layout(x).stride(1) == 1;
    Tensor inPieces = pieces ? x : x.in(temporary).contiguous();
    arguments.tensor(inPieces).u32(CudaBackend.layout(inPieces).stride(0));
  }
}
