package dev.hone.kernels.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** What the driver answers. Out-parameters hold anything unless it was 0. */
final class CudaStatus {
  private CudaStatus() {}

  /**
   * @param what the call and what it was for, such as {@code cuMemAlloc of 64 bytes}
   * @throws GpuException if {@code status} is an error
   */
  static void check(int status, String what) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new GpuException("%s: %s".formatted(what, text(status)));
    }
  }

  private static String text(int status) {
    String[] description = {""};
    int known = JCudaDriver.cuGetErrorString(status, description);
    String name = CUresult.stringFor(status);
    return known == CUresult.CUDA_SUCCESS && description[0] != null
        ? "%s (%d): %s".formatted(name, status, description[0])
        : "%s (%d)".formatted(name, status);
  }
}
