package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.report.ClassificationEpoch;
import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.GenerationEpoch;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress for a file or a pipe: a line per epoch, and one every ten seconds in between. */
final class ProgressLines implements Progress {
  private static final long INTERVAL = 10_000_000_000L;

  private final PrintWriter out;
  private final LongSupplier nanoTime;
  private final TimeLeft left;
  private int epochs;
  private int stepsPerEpoch;
  private long lastLine;

  ProgressLines(TrainSettings settings, PrintWriter out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.left = new TimeLeft(settings, nanoTime);
  }

  @Override
  public void armStarted(Method arm, int epochs, int stepsPerEpoch, int firstEpoch, int firstStep) {
    this.epochs = epochs;
    this.stepsPerEpoch = stepsPerEpoch;
    left.armStarted(arm, stepsPerEpoch, firstEpoch, firstStep);
    lastLine = nanoTime.getAsLong();
    if (firstEpoch > 0 || firstStep > 0) {
      note(
          "%s goes on at epoch %d, step %d"
              .formatted(SettingsDraft.typed(arm), firstEpoch + 1, firstStep + 1));
    }
  }

  @Override
  public void step(Step step) {
    left.step(step.arm(), step.epoch());
    // The last step's line is the epoch's.
    if (nanoTime.getAsLong() - lastLine >= INTERVAL && step.number() + 1 < stepsPerEpoch) {
      String name = name(step.arm(), step.epoch(), epochs);
      print(
          "%s, step %d/%d: %s%s"
              .formatted(name, step.number() + 1, stepsPerEpoch, figures(step), left.words()));
    }
  }

  @Override
  public void epochEnded(Method arm, EpochRecord record) {
    print(name(arm, record.epoch(), epochs) + ": " + summary(record) + left.words());
  }

  @Override
  public void note(String line) {
    print(line);
  }

  private void print(String line) {
    lastLine = nanoTime.getAsLong();
    out.println(line);
    out.flush();
  }

  /** {@code icp 2/4}. */
  static String name(Method arm, int epoch, int epochs) {
    return "%s %d/%d".formatted(SettingsDraft.typed(arm), epoch + 1, epochs);
  }

  private static String figures(Step step) {
    return String.format(
        Locale.ROOT,
        "loss %.3f, %s, %.0f img/s",
        step.loss(),
        switch (step.running()) {
          case Accuracy r -> String.format(Locale.ROOT, "accuracy %.1f %%", 100 * r.accuracy());
          case ElboTerms r -> terms(r.reconstruction(), r.divergence());
        },
        step.imagesPerSecond());
  }

  private static String summary(EpochRecord record) {
    return String.format(
        Locale.ROOT,
        "loss %.3f, %s, %.0f img/s%s",
        record.taskLoss(),
        switch (record) {
          case ClassificationEpoch r ->
              String.format(Locale.ROOT, "accuracy %.1f %%", 100 * r.trainAccuracy());
          case GenerationEpoch r -> terms(r.reconstruction(), r.divergence());
        },
        record.imagesPerSecond(),
        evaluated(", evaluated", record));
  }

  /** The two terms of an ELBO, in nats. */
  static String terms(double reconstruction, double divergence) {
    return String.format(Locale.ROOT, "-log p(x|z) %.0f, KL %.1f", reconstruction, divergence);
  }

  /** {@code , evaluated 62.5 %}; nothing where no images are held out. */
  static String evaluated(String words, EpochRecord record) {
    double score =
        switch (record) {
          case ClassificationEpoch r -> 100 * r.evaluationAccuracy();
          case GenerationEpoch r -> r.evaluationSsim();
        };
    String format = record instanceof ClassificationEpoch ? "%s %.1f %%" : "%s SSIM %.3f";
    return Double.isNaN(score) ? "" : String.format(Locale.ROOT, format, words, score);
  }
}
