package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.TrainSettings;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How long the rest of a run takes. The steps still to come cost more than those that are done once
 * distillation begins, so they are counted in passes through the network: a plain step is a forward
 * pass and two gradients, 3; a step with T perturbations takes 4 + 2 T.
 */
final class TimeLeft {
  private static final double PLAIN = 3;

  private final TrainSettings settings;
  private final LongSupplier nanoTime;
  private long start;
  private double done;
  private double remaining;
  private boolean started;

  /**
   * @param nanoTime a clock as {@link System#nanoTime}
   */
  TimeLeft(TrainSettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  /** An arm begins at a step. */
  void armStarted(Method arm, int stepsPerEpoch, int firstEpoch, int firstStep) {
    if (!started) {
      start = nanoTime.getAsLong();
      started = true;
    }
    List<Method> arms = settings.method().arms();
    remaining = 0;
    for (Method other : arms.subList(arms.indexOf(arm), arms.size())) {
      for (int epoch = other == arm ? firstEpoch : 0; epoch < settings.epochs(); epoch++) {
        remaining += stepsPerEpoch * cost(other, epoch);
      }
    }
    remaining -= firstStep * cost(arm, firstEpoch);
  }

  /** A step was done. */
  void step(Method arm, int epoch) {
    done += cost(arm, epoch);
    remaining -= cost(arm, epoch);
  }

  private double cost(Method arm, int epoch) {
    boolean distils = arm != Method.BASELINE && epoch >= settings.k();
    return !distils ? PLAIN : PLAIN + 1 + 2 * settings.steps();
  }

  /** Seconds; NaN before the first step. */
  double seconds() {
    double elapsed = (nanoTime.getAsLong() - start) * 1e-9;
    return done > 0 ? elapsed / done * Math.max(0, remaining) : Double.NaN;
  }

  /** {@code , 42 s left}; nothing before the first step and after the last. */
  String words() {
    double seconds = seconds();
    return Double.isNaN(seconds) || remaining <= 0 ? "" : ", " + words(seconds) + " left";
  }

  /** {@code 42 s}, {@code 2 min 05 s}, {@code 1 h 20 min}. */
  static String words(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
  }
}
