package dev.hone.bench.experiment;

import dev.hone.bench.report.EpochRecord;
import java.util.List;

/**
 * Where an arm stands, beside its tensors: what the next step depends on and what the epoch under
 * way has summed up. Random numbers need no entry: they are functions of the seed and the step.
 *
 * @param epoch the epoch under way, or E when all are done
 * @param batch the next batch of it
 * @param step the next training step, over all epochs
 * @param taskLoss sum over the epoch's images so far
 * @param distillationLoss sum over the epoch's images so far
 * @param correct the epoch's images classified correctly so far
 * @param seen the epoch's images so far
 * @param epochSeconds spent training in this epoch
 * @param seconds spent in all, evaluation included
 * @param methodSeconds spent on steps in which the arm's method was at work
 * @param methodSteps how many those were
 * @param history the epochs that are done
 */
record Position(
    int epoch,
    int batch,
    long step,
    double taskLoss,
    double distillationLoss,
    long correct,
    long seen,
    double epochSeconds,
    double seconds,
    double methodSeconds,
    long methodSteps,
    List<EpochRecord> history) {
  Position {
    history = List.copyOf(history);
  }

  static Position start() {
    return new Position(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
  }
}
