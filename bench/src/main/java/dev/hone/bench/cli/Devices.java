package dev.hone.bench.cli;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BackendProvider.Availability;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** What {@code --device} and {@code --threads} choose. */
final class Devices {
  /** All cores. */
  static final int ALL = 0;

  private Devices() {}

  /** The backend called {@code name}, with {@code threads} threads where it has any. */
  static Backend open(String name, int threads) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return open(providers, name, threads);
  }

  /** How wide the cpu's vectors are, in words. */
  static String vectors() {
    int lanes = CpuBackendProvider.lanes();
    return lanes == 1 ? "scalar" : 32 * lanes + " bit";
  }

  static Backend open(List<BackendProvider> providers, String name, int threads) {
    if (threads < ALL) {
      throw new Refusal("--threads must be 1 or more, or 0 for all cores, but is " + threads);
    }
    for (BackendProvider provider : providers) {
      if (provider.name().equalsIgnoreCase(name)) {
        if (provider instanceof CpuBackendProvider && threads != ALL) {
          return CpuBackendProvider.withThreads(threads);
        }
        return switch (provider.probe()) {
          case Availability.Unavailable no ->
              throw new Refusal("--device " + name + " is not available here: " + no.reason());
          case Availability.Available yes -> yes.backend();
        };
      }
    }
    throw new Refusal(
        "--device: '%s' is not one of %s"
            .formatted(
                name,
                providers.stream()
                    .map(BackendProvider::name)
                    .sorted()
                    .collect(Collectors.joining(", "))));
  }
}
