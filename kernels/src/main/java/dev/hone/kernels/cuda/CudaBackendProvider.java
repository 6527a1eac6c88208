package dev.hone.kernels.cuda;

import dev.hone.tensor.backend.BackendProvider;

/** NVIDIA's GPUs. */
public final class CudaBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return "cuda";
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
    return new Availability.Unavailable(
        "the GPU was found, but this version of Hone has no backend for it; use --device cpu");
  }
}
