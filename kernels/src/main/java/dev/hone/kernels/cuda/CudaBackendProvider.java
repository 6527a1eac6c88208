package dev.hone.kernels.cuda;

import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.MathMode;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** NVIDIA's GPUs. */
public final class CudaBackendProvider implements BackendProvider {
  private static final System.Logger LOG = System.getLogger(CudaBackendProvider.class.getName());

  private static final String NAME = "cuda";

  /** From this architecture on there is TF32. */
  private static final int AMPERE = 8;

  /** One backend for each device and mode, so that tensors of the same device work together. */
  private static final Map<Key, Backend> SHARED = new HashMap<>();

  private record Key(int ordinal, MathMode math) {}

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
    return probe(ordinal, MathMode.FMA);
  }

  @Override
  public Availability probe(int ordinal, MathMode math) {
    CudaProbe probe = CudaProbe.look();
    if (!probe.usable()) {
      return new Availability.Unavailable(probe.reason());
    }
    if (ordinal >= probe.devices()) {
      return new Availability.Unavailable(
          "there is no device %d: this machine has %d, counted from 0"
              .formatted(ordinal, probe.devices()));
    }
    return open(new Key(ordinal, math), probe);
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

  /** The device of {@code backend}, one of ours, and what computes there, in words. */
  public static String description(Backend backend) {
    CudaBackend cuda = ours(backend);
    return cuda.device().driver().properties() + ", " + cuda.library();
  }

  /**
   * Fused multiply-adds per second of {@code backend}, one of ours, two operations each, measured
   * now.
   */
  public static double fmaPeak(Backend backend) {
    return new PeakKernels(ours(backend).device()).flops();
  }

  /** Bytes that {@code backend}, one of ours, reads and writes per second when copying. */
  public static double copyRate(Backend backend) {
    return new PeakKernels(ours(backend).device()).bytes();
  }

  /** Whether {@code backend} is one of ours: a GPU's or the emulator's. */
  public static boolean made(Backend backend) {
    return backend instanceof CudaBackend;
  }

  private static CudaBackend ours(Backend backend) {
    if (backend instanceof CudaBackend cuda) {
      return cuda;
    }
    throw new IllegalArgumentException(
        "%s is no backend of a GPU or the emulator".formatted(backend.name()));
  }

  private static synchronized Availability open(Key key, CudaProbe probe) {
    Backend shared = SHARED.get(key);
    if (shared != null) {
      return new Availability.Available(shared);
    }
    CudaDriver driver = CudaDriver.open(key.ordinal());
    String obstacle =
        key.math() == MathMode.TF32
            ? tf32Obstacle(driver.properties(), library(probe) != null, probe.reason())
            : "";
    if (!obstacle.isEmpty()) {
      driver.close();
      return new Availability.Unavailable(obstacle);
    }
    driver.use();
    var device = new CudaDevice(driver);
    Backend backend = new CudaBackend(name(key.math()), device, dnn(device, probe, key.math()));
    SHARED.put(key, backend);
    return new Availability.Available(backend);
  }

  /** As it is typed, so that what was computed with it says so. */
  private static String name(MathMode math) {
    return math == MathMode.FMA ? NAME : NAME + " --math tf32";
  }

  /**
   * Why there is no TF32; empty if there is.
   *
   * @param library whether cuDNN and cuBLAS can be used; our own kernels multiply in float32 alone
   * @param reason why not
   */
  static String tf32Obstacle(GpuProperties device, boolean library, String reason) {
    if (device.major() < AMPERE) {
      return "%s has no TF32, which came with sm_80; leave out --math".formatted(device);
    }
    return library ? "" : "TF32 needs cuDNN and cuBLAS: " + reason;
  }

  /** The first library that can be used here; without one, our own kernels. */
  private static DnnProvider dnn(CudaDevice device, CudaProbe probe, MathMode math) {
    DnnLibrary library = library(probe);
    return library == null
        ? new PtxDnnProvider(device.driver(), device.allocator())
        : library.open(device.allocator(), math);
  }

  private static @Nullable DnnLibrary library(CudaProbe probe) {
    for (DnnLibrary library : ServiceLoader.load(DnnLibrary.class)) {
      String obstacle = library.obstacle(probe);
      if (obstacle.isEmpty()) {
        return library;
      }
      LOG.log(System.Logger.Level.INFO, "convolutions by our own kernels: {0}", obstacle);
    }
    return null;
  }
}
