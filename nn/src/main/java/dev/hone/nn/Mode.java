package dev.hone.nn;

import dev.hone.tensor.Random;

/**
 * How a forward pass runs. It is passed to {@link Block#apply(dev.hone.autograd.Variable, Mode)},
 * never stored in a block: there is no mode to forget to restore.
 */
public sealed interface Mode {
  /** Batch norm uses its running statistics, dropout does nothing: each sample for itself. */
  record Eval() implements Mode {}

  /**
   * Batch norm uses the batch's statistics, dropout drops.
   *
   * @param random what dropout draws from
   * @param updatesStatistics whether batch norm's running statistics move; off, a pass leaves no
   *     trace in the model ("batch-no-update")
   */
  record Train(Random random, boolean updatesStatistics) implements Mode {}

  static Mode eval() {
    return new Eval();
  }

  static Mode train(Random random) {
    return new Train(random, true);
  }

  /** Train-mode arithmetic that leaves the running statistics alone. */
  static Mode batchNoUpdate(Random random) {
    return new Train(random, false);
  }
}
