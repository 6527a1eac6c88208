package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;

/** The CPU: on the Vector API where {@code jdk.incubator.vector} is present, else scalar loops. */
public final class CpuBackendProvider implements BackendProvider {
  /** One backend, so that tensors of the same device work together. */
  private static final class Shared {
    static final Backend BACKEND = withThreads(Runtime.getRuntime().availableProcessors());
  }

  /** Asked once, since without vectors it is said in the log. */
  private static final class Chosen {
    static final int LANES = Lanes.chosen();
  }

  /** Floats in a vector of this machine; 1 where the kernels are scalar. */
  public static int lanes() {
    return Chosen.LANES;
  }

  /** A backend of its own with {@code threads} threads; the lanes are this machine's. */
  public static Backend withThreads(int threads) {
    return withThreads(threads, lanes());
  }

  /**
   * A backend of its own with {@code threads} threads and vectors of another width, to measure what
   * the width is worth.
   *
   * @param lanes floats in a vector: 16, 8 or 4, or 1 for scalar kernels
   */
  public static Backend withThreads(int threads, int lanes) {
    if (lanes != 16 && lanes != 8 && lanes != 4 && lanes != 1) {
      throw new IllegalArgumentException("cpu: lanes must be 16, 8, 4 or 1, but is " + lanes);
    }
    if (lanes > 1 && !Lanes.vectorModulePresent()) {
      throw new IllegalArgumentException(
          "cpu: there are no vectors without the module jdk.incubator.vector, so lanes must be 1,"
              + " but is "
              + lanes);
    }
    return new CpuBackend(threads, lanes);
  }

  /**
   * The fused multiply-adds of {@code threads} threads, two floating-point operations each, per
   * second: what no kernel can exceed. Measured anew with each call, which takes a moment.
   */
  public static double fmaPeak(int threads) {
    return FmaPeak.measure(threads);
  }

  @Override
  public String name() {
    return CpuBackend.NAME;
  }

  @Override
  public Availability probe() {
    return new Availability.Available(Shared.BACKEND);
  }
}
