package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.GpuStream;
import jcuda.jcublas.cublasHandle;

/**
 * The functions of cuBLAS that are used, one method each, under their names without {@code cublas};
 * the numbers are the status codes. Matrices are column-major, given by address.
 */
interface CublasCalls {
  int create(cublasHandle handle);

  int destroy(cublasHandle handle);

  int setStream(cublasHandle handle, GpuStream stream);

  int setWorkspace(cublasHandle handle, long workspace, long bytes);

  int setMathMode(cublasHandle handle, int mode);

  int sgemmStridedBatched(
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
      int batch);
}
