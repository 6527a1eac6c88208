package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Launch;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import java.util.function.Consumer;

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
    return on(new EmulatorDriver(options, seed));
  }

  /**
   * A backend of its own that counts what its kernels do.
   *
   * @param heard is told of each launch that is done, by the thread that waits for it
   */
  public static Backend counting(Consumer<Launch> heard) {
    var driver = new EmulatorDriver(EmulatorOptions.counting(), 0);
    driver.emulator().onLaunch(heard);
    return on(driver);
  }

  private static Backend on(EmulatorDriver driver) {
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
