package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.report.ClassificationEpoch;
import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.GenerationEpoch;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress for a person at a terminal: a bar for each epoch. */
final class ProgressBars implements Progress, AutoCloseable {
  private final PrintStream terminal;
  private final TimeLeft left;
  private int epochs;
  private int stepsPerEpoch;
  private int firstStep;
  private @Nullable ProgressBar bar;

  ProgressBars(TrainSettings settings, PrintStream terminal, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.left = new TimeLeft(settings, nanoTime);
  }

  @Override
  public void armStarted(Method arm, int epochs, int stepsPerEpoch, int firstEpoch, int firstStep) {
    this.epochs = epochs;
    this.stepsPerEpoch = stepsPerEpoch;
    this.firstStep = firstStep;
    left.armStarted(arm, stepsPerEpoch, firstEpoch, firstStep);
  }

  @Override
  public void step(Step step) {
    left.step(step.arm(), step.epoch());
    ProgressBar current =
        bar == null ? open(ProgressLines.name(step.arm(), step.epoch(), epochs)) : bar;
    bar = current;
    current.setExtraMessage(
        figures(step.loss(), figure(step.running()), step.imagesPerSecond()) + left.words());
    current.stepTo(step.number() + 1L);
  }

  private ProgressBar open(String name) {
    boolean unicode = terminal.charset().equals(StandardCharsets.UTF_8);
    ProgressBar opened =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(stepsPerEpoch)
            .startsFrom(firstStep, Duration.ZERO)
            .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            // The bar's own estimate is of the epoch; people wait for the run.
            .hideEta()
            .setConsumer(new ConsoleProgressBarConsumer(terminal))
            .build();
    firstStep = 0;
    return opened;
  }

  @Override
  public void epochEnded(Method arm, EpochRecord record) {
    if (bar != null) {
      bar.setExtraMessage(
          figures(record.taskLoss(), figure(record), record.imagesPerSecond())
              + ProgressLines.evaluated(", eval", record)
              + left.words());
    }
    close();
  }

  /** Short, since a bar has to fit beside it. */
  private static String figures(double loss, String figure, double imagesPerSecond) {
    return String.format(Locale.ROOT, "loss %.3f, %s, %.0f/s", loss, figure, imagesPerSecond);
  }

  private static String figure(Running running) {
    return switch (running) {
      case Accuracy r -> accuracy(r.accuracy());
      case ElboTerms r -> divergence(r.divergence());
    };
  }

  private static String figure(EpochRecord record) {
    return switch (record) {
      case ClassificationEpoch r -> accuracy(r.trainAccuracy());
      case GenerationEpoch r -> divergence(r.divergence());
    };
  }

  private static String accuracy(double share) {
    return String.format(Locale.ROOT, "acc %.1f %%", 100 * share);
  }

  private static String divergence(double nats) {
    return String.format(Locale.ROOT, "KL %.1f", nats);
  }

  @Override
  public void note(String line) {
    // Over the bar, which draws itself again below.
    terminal.print((bar == null ? "" : "\r\033[2K") + line + System.lineSeparator());
    terminal.flush();
  }

  /** Leaves the bar of an unfinished epoch as it is. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
