package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.PtxEntry;

/** A kernel of a loaded module, which must stay open while it is used. */
public abstract class GpuKernel {
  private final GpuModule module;
  private final PtxEntry entry;

  protected GpuKernel(GpuModule module, PtxEntry entry) {
    this.module = module;
    this.entry = entry;
  }

  public final GpuModule module() {
    return module;
  }

  /** What was parsed of its text, such as its parameters. */
  public final PtxEntry entry() {
    return entry;
  }
}
