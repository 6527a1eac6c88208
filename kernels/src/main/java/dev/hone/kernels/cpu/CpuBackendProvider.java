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
    return new CpuBackend(threads, lanes());
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
