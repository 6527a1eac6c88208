package dev.hone.bench.experiment;

import dev.hone.bench.report.EpochRecord;

/** What a training run tells whoever watches it. */
public interface Progress {
  /** An arm begins, or goes on at a later epoch. */
  void armStarted(Method arm, int epochs, int stepsPerEpoch, int firstEpoch, int firstStep);

  /** A training step was done. */
  void step(Step step);

  /** An epoch was trained and evaluated. */
  void epochEnded(Method arm, EpochRecord record);

  /** Something worth a line. */
  void note(String line);

  /**
   * A training step.
   *
   * @param number within the epoch, from 0
   * @param images in the batch
   * @param loss mean task loss of the epoch so far
   * @param running what else is known of the epoch so far
   * @param imagesPerSecond of this epoch so far
   */
  record Step(
      Method arm,
      int epoch,
      int number,
      int images,
      double loss,
      Running running,
      double imagesPerSecond) {}

  /** Means over the epoch's training images so far. */
  sealed interface Running {}

  /** Of a classifier. */
  record Accuracy(double accuracy) implements Running {}

  /** Of a variational autoencoder, in nats. */
  record ElboTerms(double reconstruction, double divergence) implements Running {}

  /** Nobody watches. */
  static Progress silent() {
    return new Progress() {
      @Override
      public void armStarted(Method arm, int epochs, int stepsPerEpoch, int first, int step) {}

      @Override
      public void step(Step step) {}

      @Override
      public void epochEnded(Method arm, EpochRecord record) {}

      @Override
      public void note(String line) {}
    };
  }
}
