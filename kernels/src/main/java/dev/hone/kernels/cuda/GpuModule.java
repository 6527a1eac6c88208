package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.PtxModule;
import java.util.HashMap;
import java.util.Map;

/** Loaded kernels. */
public abstract class GpuModule extends GpuHandle {
  private final PtxModule ptx;
  private final Map<String, GpuKernel> kernels = new HashMap<>();

  protected GpuModule(PtxModule ptx) {
    this.ptx = ptx;
  }

  @Override
  protected final String kind() {
    return "module";
  }

  /** What was parsed of its text. */
  public final PtxModule ptx() {
    return ptx;
  }

  /**
   * The kernel called {@code entry}.
   *
   * @throws IllegalArgumentException naming the entries there are, if there is none of that name
   */
  public final GpuKernel kernel(String entry) {
    requireOpen();
    return kernels.computeIfAbsent(entry, name -> find(ptx.entry(name)));
  }

  /** Looks {@code entry} up in the driver. */
  protected abstract GpuKernel find(dev.hone.kernels.ptx.PtxEntry entry);
}
