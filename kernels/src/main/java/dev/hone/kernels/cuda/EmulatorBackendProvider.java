package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;

/** The GPU's kernels, on the PTX emulator. */
public final class EmulatorBackendProvider implements BackendProvider {
  private static final String NAME = "emulator";

  /** One backend, so that tensors of the same device work together. */
  private static final class Shared {
    static final Backend BACKEND = on(EmulatorOptions.fast(), 0);
  }

  /**
   * A backend of its own.
   *
   * @param options of the emulator
   * @param seed of the order in which its streams run
   */
  public static Backend on(EmulatorOptions options, long seed) {
    var driver = new EmulatorDriver(options, seed);
    var device = new CudaDevice(driver);
    return new CudaBackend(NAME, device, new PtxDnnProvider(driver, device.allocator()));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Availability probe() {
    return new Availability.Available(Shared.BACKEND);
  }
}
