package dev.hone.kernels.cuda;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;

/**
 * The heavy operations of a network, which a library may know how to do better than our own
 * kernels. All tensors are float32, row-major and contiguous in device memory; each is at least as
 * large as its shape. Work goes on {@code stream} and may be captured, once the same call has run
 * before: the first one chooses an algorithm and takes its scratch.
 */
public interface DnnProvider extends AutoCloseable {
  /** How reports call it: {@code cudnn 9.5.0}, {@code ptx}, ... */
  String name();

  /**
   * A convolution's shapes.
   *
   * @param x {@code [N, C, H, W]}
   * @param w {@code [K, C, KH, KW]}
   */
  record ConvolutionShapes(Shape x, Shape w, Convolution geometry) {
    /** {@code [N, K, OH, OW]}. */
    public Shape y() {
      return geometry.output(x, w);
    }
  }

  /**
   * c {@code [B, M, N]} = op(a) op(b), with a {@code [B, M, K]}, or {@code [B, K, M]} where
   * transposed, and b {@code [B, K, N]}, or {@code [B, N, K]}.
   *
   * @param sharedA whether all products use one a, {@code [1, ...]}
   * @param sharedB whether all products use one b
   */
  record ProductShapes(
      int batch,
      int m,
      int n,
      int k,
      boolean transposedA,
      boolean transposedB,
      boolean sharedA,
      boolean sharedB) {
    public ProductShapes {
      if (batch < 1 || m < 1 || n < 1 || k < 1) {
        throw new IllegalArgumentException(
            "matmul: every extent must be 1 or more, but batch is %d, m %d, n %d, k %d"
                .formatted(batch, m, n, k));
      }
    }

    /** A single product. */
    public static ProductShapes of(int m, int n, int k) {
      return new ProductShapes(1, m, n, k, false, false, false, false);
    }
  }

  /** Whether a maximum or an average is pooled. */
  enum Pool {
    MAX,
    AVERAGE
  }

  /**
   * y = x conv w.
   *
   * @param accumulate whether it is added to what y holds
   */
  void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      boolean accumulate);

  /**
   * dx = dy conv^T w.
   *
   * @param accumulate whether it is added to what dx holds
   */
  void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      boolean accumulate);

  /**
   * dw from dy and x.
   *
   * @param accumulate whether it is added to what dw holds
   */
  void convolutionWeightGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory dw,
      boolean accumulate);

  /**
   * c = op(a) op(b).
   *
   * @param accumulate whether it is added to what c holds
   */
  void matmul(
      GpuStream stream,
      ProductShapes shapes,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate);

  /** y {@code [N, C, OH, OW]} of x {@code [N, C, H, W]}. */
  void pool(
      GpuStream stream, Pool kind, Pooling window, Shape xShape, DeviceMemory x, DeviceMemory y);

  /** dx from dy and, since a maximum's gradient goes where it came from, x and y. */
  void poolGradient(
      GpuStream stream,
      Pool kind,
      Pooling window,
      Shape xShape,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory x,
      DeviceMemory dx);

  /**
   * y = (x - mean) / sqrt(variance + eps) * gamma + beta with the batch's own statistics, per
   * channel of x {@code [N, C, H, W]}.
   *
   * @param mean {@code [C]}, written
   * @param inverseDeviation {@code [C]}, written: 1 / sqrt(variance + eps)
   */
  void batchNormTraining(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory y,
      DeviceMemory mean,
      DeviceMemory inverseDeviation);

  /** The same with given statistics: mean and biased variance, {@code [C]} each. */
  void batchNormInference(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory mean,
      DeviceMemory variance,
      DeviceMemory y);

  /** dx, dgamma and dbeta of {@link #batchNormTraining}, which wrote the statistics. */
  void batchNormGradient(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory mean,
      DeviceMemory inverseDeviation,
      DeviceMemory dx,
      DeviceMemory dgamma,
      DeviceMemory dbeta);

  /** Gives handles back; work must be done. */
  @Override
  void close();
}
