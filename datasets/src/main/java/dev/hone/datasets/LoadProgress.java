package dev.hone.datasets;

/** Hears how a long load goes on, always on the thread that loads. */
@FunctionalInterface
public interface LoadProgress {
  /**
   * @param what is being done, such as {@code decoding birds}
   * @param done so many images of it
   * @param total so many there are; never less than {@code done}
   */
  void made(String what, int done, int total);

  /** Hears nothing. */
  static LoadProgress none() {
    return (what, done, total) -> {};
  }
}
