package dev.hone.kernels.ptx;

/** What the translator's classes implement. */
interface TranslatedKernel {
  /**
   * Runs a thread from the start of {@code region} to the next sync point.
   *
   * @return the sync point's number, or -1 where the thread exits
   */
  int run(ThreadFrame frame, int region);
}
