package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CachingAllocator;
import dev.hone.kernels.cuda.CudaProbe;
import dev.hone.kernels.cuda.DnnLibrary;
import dev.hone.kernels.cuda.DnnProvider;
import dev.hone.tensor.backend.MathMode;

/** cuDNN with cuBLAS, where both are installed. */
public final class CudnnLibrary implements DnnLibrary {
  @Override
  public String obstacle(CudaProbe probe) {
    return probe.hasLibraries() ? "" : probe.reason();
  }

  @Override
  public DnnProvider open(CachingAllocator allocator, MathMode math) {
    return new CudnnProvider(new JcudnnCalls(), new JcublasCalls(), allocator, math);
  }
}
