package dev.hone.bench.experiment;

import dev.hone.bench.report.EpochRecord;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where an arm stands, beside its tensors: what the next step depends on and what the epoch under
 * way has summed up. Random numbers need no entry: they are functions of the seed and the step.
 *
 * @param epoch the epoch under way, or E when all are done
 * @param batch the next batch of it
 * @param step the next training step, over all epochs
 * @param taskLoss sum over the epoch's images so far
 * @param distillationLoss sum over the epoch's images so far
 * @param sums over the epoch's images so far of what {@link Learning#count} counts
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
    List<Double> sums,
    long seen,
    double epochSeconds,
    double seconds,
    double methodSeconds,
    long methodSteps,
    List<EpochRecord> history) {
  Position {
    sums = List.copyOf(sums);
    history = List.copyOf(history);
  }

  static Position start() {
    return new Position(0, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, 0, List.of());
  }

  /** {@link #sums} with a batch's counts added. */
  List<Double> sumsWith(List<Double> counts) {
    return sums.isEmpty()
        ? counts
        : IntStream.range(0, counts.size()).mapToObj(i -> sums.get(i) + counts.get(i)).toList();
  }

  /** Means over the epoch's images so far of what is counted. */
  List<Double> means() {
    return sums.stream().map(sum -> sum / seen).toList();
  }
}
