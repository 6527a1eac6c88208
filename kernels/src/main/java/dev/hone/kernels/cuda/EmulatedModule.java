package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.kernels.ptx.PtxModule;

/** Kernels that the emulator runs as they were parsed. */
final class EmulatedModule extends GpuModule {
  EmulatedModule(PtxModule ptx) {
    super(ptx);
  }

  private static final class Kernel extends GpuKernel {
    Kernel(GpuModule module, PtxEntry entry) {
      super(module, entry);
    }
  }

  @Override
  protected GpuKernel find(PtxEntry entry) {
    return new Kernel(this, entry);
  }

  @Override
  protected void destroy() {}
}
