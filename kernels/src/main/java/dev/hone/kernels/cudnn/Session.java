package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CachingAllocator;
import dev.hone.kernels.cuda.DeviceMemory;
import dev.hone.kernels.cuda.GpuException;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.tensor.backend.MathMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import jcuda.jcudnn.cudnnHandle;

/**
 * The libraries' handles for one stream, and cuBLAS's workspace: with one of its own it asks for
 * memory at times of its choosing, which a capture forbids.
 */
record Session(Owned<cudnnHandle> cudnn, Owned<cublasHandle> cublas, DeviceMemory cublasWorkspace)
    implements AutoCloseable {
  /** What cuBLAS recommends for Hopper (cuBLAS 12.6, cublasSetWorkspace). */
  private static final long WORKSPACE = 32L << 20;

  static Session on(
      GpuStream stream,
      Descriptors make,
      CublasCalls calls,
      CachingAllocator allocator,
      MathMode math) {
    Owned<cudnnHandle> dnn =
        make.handle().set("its stream", h -> make.cudnn().setStream(h, stream));
    boolean done = false;
    try {
      Owned<cublasHandle> blas =
          Owned.create(
              "cuBLAS handle", new cublasHandle(), Session::check, calls::create, calls::destroy);
      // The stream first: setting it takes a workspace set before away.
      blas.set("its stream", h -> calls.setStream(h, stream));
      DeviceMemory workspace = allocator.allocate(WORKSPACE, stream);
      blas.set("its workspace", h -> calls.setWorkspace(h, workspace.address(), WORKSPACE));
      blas.set(math + " math", h -> calls.setMathMode(h, mode(math)));
      done = true;
      return new Session(dnn, blas, workspace);
    } finally {
      if (!done) {
        dnn.close();
      }
    }
  }

  private static int mode(MathMode math) {
    return switch (math) {
      case FMA -> cublasMath.CUBLAS_DEFAULT_MATH;
      case TF32 -> cublasMath.CUBLAS_TF32_TENSOR_OP_MATH;
    };
  }

  static void check(int status, String call) {
    if (status != 0) {
      throw new GpuException(
          "cuBLAS: cannot %s: %s".formatted(call, cublasStatus.stringFor(status)));
    }
  }

  @Override
  public void close() {
    cudnn.close();
    cublas.close();
    cublasWorkspace.close();
  }
}
