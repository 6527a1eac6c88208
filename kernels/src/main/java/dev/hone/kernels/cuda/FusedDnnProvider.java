package dev.hone.kernels.cuda;

import org.jspecify.annotations.Nullable;

/**
 * A provider that also does what mostly follows a convolution. Our kernels do it in the same pass,
 * before the sums leave the registers; another provider may do it in a pass of its own.
 */
public interface FusedDnnProvider extends DnnProvider {
  /**
   * What follows the sums of a convolution: {@code y = act(sums + bias + residual)}.
   *
   * @param bias {@code [K]}, or null
   * @param residual {@code [N, K, OH, OW]}, or null; may be y itself
   * @param relu whether act is relu, else the identity
   */
  record Epilogue(@Nullable DeviceMemory bias, @Nullable DeviceMemory residual, boolean relu) {
    /** Nothing follows. */
    public static final Epilogue NONE = new Epilogue(null, null, false);
  }

  /**
   * What follows the sums of the gradient of x: {@code dx = sums + added}, and 0 unless positive
   * &gt; 0.
   *
   * @param added {@code [N, C, H, W]}, or null; may be dx itself
   * @param positive {@code [N, C, H, W]}, such as x where it came out of relu, or null
   */
  record GradientEpilogue(@Nullable DeviceMemory added, @Nullable DeviceMemory positive) {
    /** Nothing follows. */
    public static final GradientEpilogue NONE = new GradientEpilogue(null, null);
  }

  /** y = act(x conv w + bias + residual). */
  void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      Epilogue epilogue);

  /** dx = dy conv^T w + added, and 0 unless positive &gt; 0. */
  void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      GradientEpilogue epilogue);

  @Override
  default void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      boolean accumulate) {
    convolution(stream, shapes, x, w, y, new Epilogue(null, accumulate ? y : null, false));
  }

  @Override
  default void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      boolean accumulate) {
    convolutionInputGradient(
        stream, shapes, dy, w, dx, new GradientEpilogue(accumulate ? dx : null, null));
  }
}
