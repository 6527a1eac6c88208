package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;

/** Launches loss.ptx. */
final class LossKernels {
  private static final String FAMILY = "loss";

  /** What one block of squared_errors adds up. */
  private static final int PIECE = 1 << 14;

  private final CudaBackend backend;

  LossKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** {@code [N]}. */
  Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
    int n = logits.shape().dim(0);
    Tensor y = backend.empty(Shape.of(n), DType.FLOAT32, Tensor.arenaOf(logits, labels));
    if (n == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments =
          new Arguments()
              .tensor(y)
              .tensor(logits.in(temporary).contiguous())
              .tensor(labels.in(temporary).contiguous())
              .u32(n, logits.shape().dim(1))
              .f32((float) (1 - smoothing), (float) smoothing);
      launch("cross_entropy", (long) n * GpuProperties.WARP, arguments);
    }
    return y;
  }

  /** {@code [N, classes]}. */
  Tensor crossEntropyGradient(Tensor dy, Tensor logits, Tensor labels, double smoothing) {
    int n = logits.shape().dim(0);
    int classes = logits.shape().dim(1);
    Tensor dx = backend.empty(logits.shape(), DType.FLOAT32, Tensor.arenaOf(dy, logits, labels));
    if (dx.shape().size() == 0) {
      return dx;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments =
          new Arguments()
              .tensor(dx)
              .tensor(dy.in(temporary).contiguous())
              .tensor(logits.in(temporary).contiguous())
              .tensor(labels.in(temporary).contiguous())
              .u32(n, classes)
              .f32((float) (1 - smoothing), (float) (smoothing / classes));
      launch("cross_entropy_gradient", (long) n * GpuProperties.WARP, arguments);
    }
    return dx;
  }

  /** {@code []}: the mean of the squares; NaN of nothing. */
  Tensor meanSquaredError(Tensor a, Tensor b) {
    int n = a.shape().size();
    int pieces = Math.ceilDiv(n, PIECE);
    try (Arena temporary = new Arena()) {
      Tensor partials = backend.empty(Shape.of(pieces), DType.FLOAT32, temporary);
      if (n > 0) {
        Arguments arguments =
            new Arguments()
                .tensor(partials)
                .tensor(a.in(temporary).contiguous())
                .tensor(b.in(temporary).contiguous())
                .u32(n, pieces, PIECE);
        launch("squared_errors", (long) pieces * CudaDevice.THREADS, arguments);
      }
      return backend.reductions().sumDividedBy(partials, n, Tensor.arenaOf(a, b));
    }
  }

  /** Of a's shape. */
  Tensor meanSquaredErrorGradient(Tensor dy, Tensor a, Tensor b) {
    int n = a.shape().size();
    Tensor da = backend.empty(a.shape(), DType.FLOAT32, Tensor.arenaOf(dy, a, b));
    if (n == 0) {
      return da;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments =
          new Arguments()
              .tensor(da)
              .tensor(dy.in(temporary).contiguous())
              .tensor(a.in(temporary).contiguous())
              .tensor(b.in(temporary).contiguous())
              .u32(n)
              .f32(n);
      launch("squared_errors_gradient", n, arguments);
    }
    return da;
  }

  private void launch(String entry, long threads, Arguments arguments) {
    backend.device().launch(FAMILY, entry, threads, arguments);
  }
}
