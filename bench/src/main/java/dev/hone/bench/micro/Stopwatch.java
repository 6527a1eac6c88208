package dev.hone.bench.micro;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long is measured.
 *
 * @param warmUp for the JIT compiler and the caches, before anything counts: at least so long, and
 *     up to {@link #PATIENCE} times as long while runs still get faster
 * @param time of what counts
 * @param least runs that count, however long they take
 */
public record Stopwatch(Duration warmUp, Duration time, int least) {
  /** How many warm-ups' time is given to what still gets faster. */
  static final int PATIENCE = 8;

  /** Runs that are looked at to see whether they got faster. */
  private static final int WINDOW = 4;

  private static final double FASTER = 0.93;
  private static final int MOST = 2000;
  private static final int LEAST = 7;
  private static final double LONGEST_WARM_UP = 2;

  /** For {@code seconds}, after as long warming up, but not longer than is good for anything. */
  public static Stopwatch of(double seconds) {
    double warmUp = Math.min(seconds, LONGEST_WARM_UP);
    return new Stopwatch(duration(warmUp), duration(seconds), LEAST);
  }

  /** For {@code workload}: long enough to see a difference of some percent on a quiet machine. */
  public static Stopwatch of(Workload workload) {
    return of(
        switch (workload) {
          case Workload.Op _ -> 0.05;
          case Workload.ConvolutionPass _ -> 1;
          case Workload.Forward _,
              Workload.TrainingStep _,
              Workload.Icp _,
              Workload.Distillation _ ->
              4;
        });
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.round(1e9 * seconds));
  }

  /** Warms up, then times each run of {@code work}, in milliseconds. */
  Samples time(Runnable work) {
    warm(work);
    return timeWarm(work);
  }

  /** Times each run of {@code work}, in milliseconds. */
  Samples timeWarm(Runnable work) {
    var millis = new ArrayList<Double>();
    long end = System.nanoTime() + time.toNanos();
    while (goesOn(millis.size(), end)) {
      millis.add(once(work));
    }
    return new Samples(millis);
  }

  /** Warms both up, then times them in turn: a b, a b, ... */
  List<Samples> inTurn(Runnable a, Runnable b) {
    warm(a);
    warm(b);
    var ofA = new ArrayList<Double>();
    var ofB = new ArrayList<Double>();
    long end = System.nanoTime() + time.toNanos();
    while (goesOn(ofA.size(), end)) {
      ofA.add(once(a));
      ofB.add(once(b));
    }
    return List.of(new Samples(ofA), new Samples(ofB));
  }

  /** Runs {@code work} until it no longer gets faster. */
  void warm(Runnable work) {
    long start = System.nanoTime();
    double before = Double.POSITIVE_INFINITY;
    while (true) {
      double now = Double.POSITIVE_INFINITY;
      for (int i = 0; i < WINDOW; i++) {
        now = Math.min(now, once(work));
      }
      long spent = System.nanoTime() - start;
      boolean settled = spent >= warmUp.toNanos() && now > FASTER * before;
      if (settled || spent >= PATIENCE * warmUp.toNanos()) {
        return;
      }
      before = Math.min(before, now);
    }
  }

  private boolean goesOn(int done, long end) {
    return done < least || (done < MOST && System.nanoTime() < end);
  }

  private static double once(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
