package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import org.jspecify.annotations.Nullable;

/** The image kernels, on the {@link dev.hone.tensor.Layout.BatchLanes} layout. */
final class Images {
  private final CpuBackend backend;

  Images(CpuBackend backend) {
    this.backend = backend;
  }

  /** x {@code [N, C, H, W]} in the layout of one image per lane, in x's arena. */
  Tensor toBatchLanes(Tensor x) {
    throw unsupported();
  }

  /** A row-major copy of x {@code [N, C, H, W]} in {@code arena}. */
  Tensor toStrided(Tensor x, @Nullable Arena arena) {
    throw unsupported();
  }

  /** The mean over all pixels of x {@code [N, C, H, W]}: row-major {@code [N, C]}. */
  Tensor meanOverPixels(Tensor x) {
    throw unsupported();
  }

  Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c) {
    throw unsupported();
  }

  Tensor convolutionInputGradient(Tensor dy, Tensor w, Shape x, Convolution c) {
    throw unsupported();
  }

  Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    throw unsupported();
  }

  Tensor averagePool(Tensor x, Pooling p) {
    throw unsupported();
  }

  Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    throw unsupported();
  }

  Tensor maxPool(Tensor x, Pooling p) {
    throw unsupported();
  }

  Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    throw unsupported();
  }

  Tensor upsampleNearest(Tensor x, int factor) {
    throw unsupported();
  }

  BatchStatistics batchStatistics(Tensor x) {
    throw unsupported();
  }

  Tensor batchNorm(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    throw unsupported();
  }

  BatchNormGradient batchNormGradient(
      Tensor dy,
      @Nullable Tensor y,
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      float eps,
      boolean wantsDx,
      boolean wantsDresidual) {
    throw unsupported();
  }

  private UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException("image kernels: not yet on " + backend.name());
  }
}
