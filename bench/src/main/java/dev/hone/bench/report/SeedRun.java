package dev.hone.bench.report;

import java.util.List;

/**
 * One training of one arm.
 *
 * @param epochs one record per epoch, in order
 * @param seconds the whole training, evaluation included
 * @param secondsPerStep mean time of one training step, in seconds, over the steps in which the
 *     arm's method was at work (for a distilled arm: from epoch k on)
 */
public record SeedRun(
    long seed, List<EpochRecord> epochs, TestResult test, double seconds, double secondsPerStep) {

  /** Copies the list. */
  public SeedRun {
    epochs = List.copyOf(epochs);
  }
}
