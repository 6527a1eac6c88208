package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;

/** Launches the kernel of softmax.ptx. */
final class SoftmaxKernels {
  private static final int WARP = 32;

  private final CudaBackend backend;

  SoftmaxKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** Along the last axis. */
  Tensor softmax(Tensor x, boolean logarithm) {
    Tensor y = backend.empty(x.shape(), DType.FLOAT32, x.arena());
    if (x.shape().size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor rowMajor = x.in(temporary).contiguous();
      int length = x.shape().dim(-1);
      int rows = x.shape().size() / length;
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y))
              .address(CudaBackend.memory(rowMajor), CudaBackend.layout(rowMajor).offset())
              .u32(rows, length, logarithm ? 1 : 0);
      backend.device().launch("softmax", "softmax", (long) rows * WARP, arguments);
    }
    return y;
  }
}
