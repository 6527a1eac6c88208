package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;

/** The CPU: on the Vector API where {@code jdk.incubator.vector} is present, else scalar loops. */
public final class CpuBackendProvider implements BackendProvider {
  /** One backend, so that tensors of the same device work together. */
  private static final class Shared {
    static final Backend BACKEND = withThreads(Runtime.getRuntime().availableProcessors());
  }

  /** A backend of its own with {@code threads} threads; the lanes are this machine's. */
  public static Backend withThreads(int threads) {
    return new CpuBackend(threads, Lanes.chosen());
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
