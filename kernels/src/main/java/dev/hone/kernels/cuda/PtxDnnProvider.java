package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.BatchNormKernels.Spread;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;

/**
 * The heavy operations by our own kernels: all they need is a driver, so the whole model also runs
 * on the emulator. Sums always go in the same order, and results depend neither on the device nor
 * on how busy it is. The families are gemm.ptx, convolution.ptx, direct.ptx, weightgradient.ptx,
 * pooling.ptx and batchnorm.ptx; their heads say how they work and what they cost.
 */
public final class PtxDnnProvider implements FusedDnnProvider {
  private final GemmKernels gemm;
  private final ConvolutionKernels convolution;
  private final PoolingKernels pooling;
  private final BatchNormKernels batchNorm;

  /**
   * Loads the kernels.
   *
   * @param allocator of the same driver, for scratch
   */
  public PtxDnnProvider(GpuDriver driver, CachingAllocator allocator) {
    this.gemm = new GemmKernels(driver, allocator);
    this.convolution = new ConvolutionKernels(driver, allocator, gemm);
    this.pooling = new PoolingKernels(driver, allocator);
    this.batchNorm = new BatchNormKernels(driver, allocator);
  }

  @Override
  public String name() {
    return "ptx";
  }

  @Override
  public void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      Epilogue epilogue) {
    convolution.forward(stream, shapes, x, w, y, epilogue);
  }

  @Override
  public void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      GradientEpilogue epilogue) {
    convolution.inputGradient(stream, shapes, dy, w, dx, epilogue);
  }

  @Override
  public void convolutionWeightGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory dw,
      boolean accumulate) {
    convolution.weightGradient(stream, shapes, dy, x, dw, accumulate);
  }

  @Override
  public void matmul(
      GpuStream stream,
      ProductShapes shapes,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate) {
    gemm.multiply(stream, shapes, a, b, c, accumulate);
  }

  @Override
  public void pool(
      GpuStream stream, Pool kind, Pooling window, Shape xShape, DeviceMemory x, DeviceMemory y) {
    pooling.pool(stream, kind, window, xShape, x, y);
  }

  /** Of y nothing is read: which element was the largest is found anew from x. */
  @Override
  public void poolGradient(
      GpuStream stream,
      Pool kind,
      Pooling window,
      Shape xShape,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory x,
      DeviceMemory dx) {
    pooling.gradient(stream, kind, window, xShape, dy, x, dx);
  }

  @Override
  public void batchNormTraining(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory y,
      DeviceMemory mean,
      DeviceMemory inverseDeviation) {
    batchNorm.statistics(stream, xShape, x, mean, null, inverseDeviation, (float) eps);
    Spread spread = Spread.inverseDeviation(inverseDeviation);
    batchNorm.apply(stream, xShape, x, mean, spread, gamma, beta, null, false, y);
  }

  @Override
  public void batchNormInference(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory mean,
      DeviceMemory variance,
      DeviceMemory y) {
    Spread spread = Spread.variance(variance, (float) eps);
    batchNorm.apply(stream, xShape, x, mean, spread, gamma, beta, null, false, y);
  }

  @Override
  public void batchNormGradient(
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
      DeviceMemory dbeta) {
    batchNorm.gradient(
        stream,
        xShape,
        dy,
        null,
        x,
        mean,
        Spread.inverseDeviation(inverseDeviation),
        gamma,
        dx,
        dgamma,
        dbeta,
        null);
  }

  /** Gives the kernels back; work must be done. */
  @Override
  public void close() {
    convolution.close();
    gemm.close();
    pooling.close();
    batchNorm.close();
  }
}
