package dev.hone.bench.micro;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long is measured.
 *
 * @param warmUp for the JIT compiler and for caches, before anything counts
 * @param time of what counts
 * @param least runs that count, however long they take
 */
public record Stopwatch(Duration warmUp, Duration time, int least) {
  private static final int WARM_UP_RUNS = 3;
  private static final int MOST = 2000;

  /** Milliseconds of each run of {@code work}, after warming up. */
  Samples time(Runnable work) {
    warm(work);
    var millis = new ArrayList<Double>();
    long end = System.nanoTime() + time.toNanos();
    while (goesOn(millis.size(), end)) {
      millis.add(once(work));
    }
    return new Samples(millis);
  }

  /** The same for two, in turn: a b, a b, ... */
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

  void warm(Runnable work) {
    long end = System.nanoTime() + warmUp.toNanos();
    for (int i = 0; i < WARM_UP_RUNS || System.nanoTime() < end; i++) {
      work.run();
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
