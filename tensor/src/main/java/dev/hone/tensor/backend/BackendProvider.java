package dev.hone.tensor.backend;

/** How a backend announces itself; found through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** What {@code --device} calls it: {@code cpu}, {@code reference}, ... */
  String name();

  /** Looks, quietly and without side effects, whether this machine can run it. */
  Availability probe();

  /**
   * Looks for one of several devices of its kind.
   *
   * @param ordinal which of them, from 0
   */
  default Availability probe(int ordinal) {
    return ordinal == 0
        ? probe()
        : new Availability.Unavailable("there is only one %s device, 0".formatted(name()));
  }

  /**
   * Looks for one of its devices that computes float32 products by {@code math}.
   *
   * @param ordinal which of them, from 0
   */
  default Availability probe(int ordinal, MathMode math) {
    return math == MathMode.FMA
        ? probe(ordinal)
        : new Availability.Unavailable(
            name() + " multiplies by fused multiply-adds alone; leave out --math");
  }

  /** Whether this machine can run a backend, and if not, why. */
  sealed interface Availability {
    /** It can. */
    record Available(Backend backend) implements Availability {}

    /** It cannot, for a {@code reason} that a person can act on. */
    record Unavailable(String reason) implements Availability {}
  }
}
