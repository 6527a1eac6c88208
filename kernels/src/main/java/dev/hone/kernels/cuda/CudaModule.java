package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.kernels.ptx.PtxModule;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** Kernels that the driver compiled. */
final class CudaModule extends GpuModule {
  private final CudaDriver driver;
  private final CUmodule module;

  CudaModule(CudaDriver driver, PtxModule ptx, CUmodule module) {
    super(ptx);
    this.driver = driver;
    this.module = module;
  }

  /** A kernel and the driver's handle of it. */
  static final class Kernel extends GpuKernel {
    private final CUfunction function;

    Kernel(GpuModule module, PtxEntry entry, CUfunction function) {
      super(module, entry);
      this.function = function;
    }

    CUfunction function() {
      return function;
    }
  }

  @Override
  protected GpuKernel find(PtxEntry entry) {
    driver.use();
    var function = new CUfunction();
    CudaStatus.check(
        JCudaDriver.cuModuleGetFunction(function, module, entry.name()),
        "cuModuleGetFunction of " + entry.name());
    return new Kernel(this, entry, function);
  }

  @Override
  protected void destroy() {
    if (driver.alive()) {
      driver.use();
      CudaStatus.check(JCudaDriver.cuModuleUnload(module), "cuModuleUnload");
    }
  }
}
