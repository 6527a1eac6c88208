package dev.hone.kernels.cuda;

import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** NVIDIA's GPUs. */
public final class CudaBackendProvider implements BackendProvider {
  private static final System.Logger LOG = System.getLogger(CudaBackendProvider.class.getName());

  private static final String NAME = "cuda";

  /** One backend for each device, so that tensors of the same device work together. */
  private static final Map<Integer, Backend> SHARED = new HashMap<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Availability probe() {
    return probe(0);
  }

  @Override
  public Availability probe(int ordinal) {
    CudaProbe probe = CudaProbe.look();
    if (!probe.usable()) {
      return new Availability.Unavailable(probe.reason());
    }
    if (ordinal >= probe.devices()) {
      return new Availability.Unavailable(
          "there is no device %d: this machine has %d, counted from 0"
              .formatted(ordinal, probe.devices()));
    }
    return open(ordinal, probe);
  }

  /**
   * What device memory is in use on {@code backend}, one of ours, by the places that asked for it;
   * {@code nothing} where all went back. Places are known where assertions are on or with {@code
   * -Dhone.gpu.trace=true}.
   */
  public static String memoryReport(Backend backend) {
    return ours(backend).device().allocator().report();
  }

  /** Bytes of device memory in use on {@code backend}, one of ours. */
  public static long memoryInUse(Backend backend) {
    return ours(backend).device().allocator().heldBytes();
  }

  /** How often {@code backend}, one of ours, called its driver to put something on its stream. */
  public static long driverCalls(Backend backend) {
    return ours(backend).device().stream().calls();
  }

  private static CudaBackend ours(Backend backend) {
    if (backend instanceof CudaBackend cuda) {
      return cuda;
    }
    throw new IllegalArgumentException(
        "%s is no backend of a GPU or the emulator".formatted(backend.name()));
  }

  private static synchronized Availability open(int ordinal, CudaProbe probe) {
    Backend shared = SHARED.get(ordinal);
    if (shared != null) {
      return new Availability.Available(shared);
    }
    CudaDriver driver = CudaDriver.open(ordinal);
    driver.use();
    var device = new CudaDevice(driver);
    Backend backend = new CudaBackend(NAME, device, dnn(device, probe));
    SHARED.put(ordinal, backend);
    return new Availability.Available(backend);
  }

  /** The first library that can be used here; without one, our own kernels. */
  private static DnnProvider dnn(CudaDevice device, CudaProbe probe) {
    for (DnnLibrary library : ServiceLoader.load(DnnLibrary.class)) {
      String obstacle = library.obstacle(probe);
      if (obstacle.isEmpty()) {
        return library.open(device.allocator(), MathMode.FMA);
      }
      LOG.log(System.Logger.Level.INFO, "convolutions by our own kernels: {0}", obstacle);
    }
    return new PtxDnnProvider(device.driver(), device.allocator());
  }
}
