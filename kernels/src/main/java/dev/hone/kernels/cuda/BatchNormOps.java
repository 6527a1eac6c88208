package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.BatchNormKernels.Spread;
import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import org.jspecify.annotations.Nullable;

/** Batch norm on tensors, by {@link BatchNormKernels}, which takes row-major ones only. */
final class BatchNormOps {
  private final CudaBackend backend;
  private final BatchNormKernels kernels;

  BatchNormOps(CudaBackend backend) {
    this.backend = backend;
    this.kernels = new BatchNormKernels(backend.device().driver(), backend.device().allocator());
  }

  private static DeviceMemory words(Tensor x, Arena temporary) {
    return CudaBackend.words(x.in(temporary).contiguous());
  }

  private static @Nullable DeviceMemory wordsOrNull(@Nullable Tensor x, Arena temporary) {
    return x == null ? null : words(x, temporary);
  }

  private Tensor empty(Shape shape, @Nullable Arena arena) {
    return backend.empty(shape, DType.FLOAT32, arena);
  }

  /** Sums over x: of nothing they are 0. */
  private Tensor sums(Shape perChannel, Shape x, @Nullable Arena arena) {
    return x.size() == 0
        ? backend.full(perChannel, DType.FLOAT32, 0, arena)
        : empty(perChannel, arena);
  }

  BatchStatistics statistics(Tensor x) {
    Shape perChannel = Shape.of(x.shape().dim(1));
    Tensor mean = empty(perChannel, x.arena());
    Tensor variance = empty(perChannel, x.arena());
    try (Arena temporary = new Arena()) {
      DeviceMemory xw = words(x, temporary);
      DeviceMemory meanWords = CudaBackend.words(mean);
      DeviceMemory varianceWords = CudaBackend.words(variance);
      backend
          .device()
          .put(s -> kernels.statistics(s, x.shape(), xw, meanWords, varianceWords, null, 0));
    }
    return new BatchStatistics(mean, variance);
  }

  Tensor apply(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    Tensor mean = statistics.mean();
    Tensor y =
        empty(x.shape(), Tensor.arenaOf(x, mean, statistics.variance(), gamma, beta, residual));
    if (x.shape().size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      DeviceMemory xw = words(x, temporary);
      DeviceMemory meanWords = words(mean, temporary);
      Spread spread = Spread.variance(words(statistics.variance(), temporary), eps);
      DeviceMemory gammaWords = words(gamma, temporary);
      DeviceMemory betaWords = words(beta, temporary);
      DeviceMemory added = wordsOrNull(residual, temporary);
      DeviceMemory yw = CudaBackend.words(y);
      backend
          .device()
          .put(s ->
              kernels.apply(
                  s, x.shape(), xw, meanWords, spread, gammaWords, betaWords, added, relu, yw));
    }
    return y;
  }

  /** See {@link dev.hone.tensor.backend.Backend#follow}: all in one launch. */
  void follow(
      BatchStatistics running,
      BatchStatistics batch,
      double momentum,
      double correction,
      Tensor batches) {
    CudaBackend.storage(batches).range(IntRange.UNKNOWN);
    int channels = running.mean().shape().size();
    if (channels == 0) {
      batches.assign(batches.plus(1));
      return;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments =
          new Arguments()
              .tensor(running.mean())
              .tensor(running.variance())
              .tensor(batch.mean().in(temporary).contiguous())
              .tensor(batch.variance().in(temporary).contiguous())
              .tensor(batches)
              .f32((float) (1 - momentum), (float) momentum, (float) (momentum * correction))
              .u32(channels);
      backend.device().launch("running", "running_statistics", channels, arguments);
    }
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
    Tensor mean = statistics.mean();
    Tensor variance = statistics.variance();
    Arena arena = Tensor.arenaOf(dy, y, x, mean, variance, gamma);
    Shape shape = x.shape();
    Tensor dgamma = sums(gamma.shape(), shape, arena);
    Tensor dbeta = sums(gamma.shape(), shape, arena);
    Tensor dx = wantsDx ? empty(shape, arena) : null;
    Tensor dresidual = wantsDresidual ? empty(shape, arena) : null;
    var gradient = new BatchNormGradient(dx, dgamma, dbeta, dresidual);
    if (shape.size() > 0) {
      try (Arena temporary = new Arena()) {
        DeviceMemory dyw = words(dy, temporary);
        DeviceMemory yw = wordsOrNull(y, temporary);
        DeviceMemory xw = words(x, temporary);
        DeviceMemory meanWords = words(mean, temporary);
        Spread spread = Spread.variance(words(variance, temporary), eps);
        DeviceMemory gammaWords = words(gamma, temporary);
        DeviceMemory dxw = wordsOrNull(dx, temporary);
        DeviceMemory dgw = CudaBackend.words(dgamma);
        DeviceMemory dbw = CudaBackend.words(dbeta);
        DeviceMemory drw = wordsOrNull(dresidual, temporary);
        backend
            .device()
            .put(s ->
                kernels.gradient(
                    s, shape, dyw, yw, xw, meanWords, spread, gammaWords, dxw, dgw, dbw, drw));
      }
    }
    return gradient;
  }
}
