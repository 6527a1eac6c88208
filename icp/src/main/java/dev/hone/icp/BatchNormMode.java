package dev.hone.icp;

import dev.hone.nn.Mode;
import dev.hone.tensor.Random;

/** How the blocks that know a mode (batch norm, dropout) run while an input is worked on. */
public enum BatchNormMode {
  /** Running statistics: each sample for itself. */
  EVAL,
  /** The batch's statistics; the running ones stay as they are. */
  BATCH_NO_UPDATE,
  /**
   * The batch's statistics, and the running ones follow: the pass leaves its trace in the model.
   */
  TRAIN;

  /** The mode of a pass; {@code random} is what dropout draws from. */
  public Mode mode(Random random) {
    return switch (this) {
      case EVAL -> Mode.eval();
      case BATCH_NO_UPDATE -> Mode.batchNoUpdate(random);
      case TRAIN -> Mode.train(random);
    };
  }

  /** The same arithmetic for a pass that only looks: it leaves no trace. */
  Mode looking(Random random) {
    return this == TRAIN ? Mode.batchNoUpdate(random) : mode(random);
  }
}
