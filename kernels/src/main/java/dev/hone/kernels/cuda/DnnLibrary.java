package dev.hone.kernels.cuda;

import dev.hone.tensor.backend.MathMode;

/**
 * A library of network kernels for NVIDIA's GPUs; found through {@link java.util.ServiceLoader}, so
 * that the backend runs without it.
 */
public interface DnnLibrary {
  /** Why it cannot be used on a machine with {@code probe}; empty if it can. */
  String obstacle(CudaProbe probe);

  /**
   * Opens it, with scratch from {@code allocator}. The device must be the calling thread's.
   *
   * @throws GpuException if the library refuses
   */
  DnnProvider open(CachingAllocator allocator, MathMode math);
}
