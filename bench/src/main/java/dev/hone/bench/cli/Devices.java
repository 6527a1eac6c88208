package dev.hone.bench.cli;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BackendProvider.Availability;
import dev.hone.tensor.backend.MathMode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code --device} and {@code --threads} choose. */
final class Devices {
  /** All cores. */
  static final int ALL = 0;

  /** The names that {@code --device} takes, for its description. */
  static final String NAMES =
      "cpu, cuda (cuda:1 for the second GPU), emulator, reference, or auto: cuda where there is"
          + " one, else cpu";

  private static final String AUTO = "auto";
  private static final String CPU = "cpu";
  private static final String CUDA = "cuda";

  /** What {@code --math} is about. */
  static final String MATH =
      "How products are computed: fma, in float32 as on the cpu; or tf32, on tensor cores from"
          + " operands of 10 bits, faster and with errors near 1e-3. Default: ${DEFAULT-VALUE}.";

  private Devices() {}

  /**
   * The backend called {@code name}, with {@code threads} threads where it has any.
   *
   * @param notes where it is said why {@code auto} chose the cpu
   */
  static Backend open(String name, int threads, MathMode math, PrintWriter notes) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return open(providers, name, threads, math, notes);
  }

  /** How wide the cpu's vectors are, in words. */
  static String vectors() {
    int lanes = CpuBackendProvider.lanes();
    return lanes == 1 ? "scalar" : 32 * lanes + " bit";
  }

  static Backend open(
      List<BackendProvider> providers, String name, int threads, MathMode math, PrintWriter notes) {
    if (threads < ALL) {
      throw new Refusal("--threads must be 1 or more, or 0 for all cores, but is " + threads);
    }
    String kind = name.toLowerCase(Locale.ROOT);
    Availability found =
        kind.equals(AUTO) ? probe(providers, CUDA, name, 0, math) : probe(providers, name, math);
    return switch (found) {
      case Availability.Available yes -> withThreads(yes.backend(), threads);
      case Availability.Unavailable no when kind.equals(AUTO) -> {
        notes.println("device: cpu (" + no.reason() + ")");
        yield open(providers, CPU, threads, math, notes);
      }
      case Availability.Unavailable no ->
          throw new Refusal("--device " + name + " is not available here: " + no.reason());
    };
  }

  /** {@code name} is a provider's, or with a number behind it: {@code cuda:1}. */
  private static Availability probe(List<BackendProvider> providers, String name, MathMode math) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      return probe(providers, name, name, 0, math);
    }
    String number = name.substring(colon + 1);
    if (!number.matches("\\d{1,3}")) {
      throw new Refusal(
          "--device: '%s' has no number behind the colon; the first is %s:0"
              .formatted(name, name.substring(0, colon)));
    }
    int ordinal = Integer.parseInt(number);
    return probe(providers, name.substring(0, colon), name, ordinal, math);
  }

  private static Availability probe(
      List<BackendProvider> providers, String kind, String typed, int ordinal, MathMode math) {
    return providers.stream()
        .filter(provider -> provider.name().equalsIgnoreCase(kind))
        .findFirst()
        .map(provider -> provider.probe(ordinal, math))
        .orElseThrow(() -> unknown(providers, typed));
  }

  private static Refusal unknown(List<BackendProvider> providers, String typed) {
    String known =
        Stream.concat(Stream.of(AUTO), providers.stream().map(BackendProvider::name))
            .sorted()
            .collect(Collectors.joining(", "));
    return new Refusal("--device: '%s' is not one of %s".formatted(typed, known));
  }

  private static Backend withThreads(Backend backend, int threads) {
    return backend.name().equals(CPU) && threads != ALL
        ? CpuBackendProvider.withThreads(threads)
        : backend;
  }
}
