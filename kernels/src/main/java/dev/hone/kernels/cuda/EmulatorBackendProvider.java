package dev.hone.kernels.cuda;

import dev.hone.tensor.backend.BackendProvider;

/** The GPU's kernels, on the PTX emulator. */
public final class EmulatorBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return "emulator";
  }

  @Override
  public Availability probe() {
    return new Availability.Unavailable(
        "the emulator runs single kernels, but this version of Hone has no backend on it; use"
            + " --device cpu");
  }
}
