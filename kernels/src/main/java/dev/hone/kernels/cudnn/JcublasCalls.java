package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CudaDriver;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.kernels.cuda.JcudaNatives;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/** cuBLAS itself, through JCuda. Thin: each method is the call it is named after. */
final class JcublasCalls implements CublasCalls {
  /** Loads the library, which {@code CudaProbe} must have found. */
  JcublasCalls() {
    JcudaNatives.load(List.of("jcuda.jcublas.JCublas2"));
    JCublas2.setExceptionsEnabled(false);
  }

  @Override
  public int create(cublasHandle handle) {
    return JCublas2.cublasCreate(handle);
  }

  @Override
  public int destroy(cublasHandle handle) {
    return JCublas2.cublasDestroy(handle);
  }

  @Override
  public int setStream(cublasHandle handle, GpuStream stream) {
    return JCublas2.cublasSetStream(handle, new cudaStream_t(CudaDriver.handle(stream)));
  }

  @Override
  public int setWorkspace(cublasHandle handle, long workspace, long bytes) {
    return JCublas2.cublasSetWorkspace(handle, CudaDriver.pointer(workspace), bytes);
  }

  @Override
  public int setMathMode(cublasHandle handle, int mode) {
    return JCublas2.cublasSetMathMode(handle, mode);
  }

  @Override
  public int sgemmStridedBatched(
      cublasHandle handle,
      int opA,
      int opB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int leadingA,
      long strideA,
      long b,
      int leadingB,
      long strideB,
      float beta,
      long c,
      int leadingC,
      long strideC,
      int batch) {
    return JCublas2.cublasSgemmStridedBatched(
        handle,
        opA,
        opB,
        m,
        n,
        k,
        Pointer.to(new float[] {alpha}),
        CudaDriver.pointer(a),
        leadingA,
        strideA,
        CudaDriver.pointer(b),
        leadingB,
        strideB,
        Pointer.to(new float[] {beta}),
        CudaDriver.pointer(c),
        leadingC,
        strideC,
        batch);
  }
}
