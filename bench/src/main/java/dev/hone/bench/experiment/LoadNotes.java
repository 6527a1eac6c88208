package dev.hone.bench.experiment;

import dev.hone.datasets.LoadProgress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A line every few seconds while a data set is decoded; none for a load that takes a moment. */
final class LoadNotes implements LoadProgress {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Consumer<String> lines;
  private final LongSupplier nanoTime;
  private long last;

  LoadNotes(Consumer<String> lines, LongSupplier nanoTime) {
    this.lines = lines;
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong();
  }

  @Override
  public void made(String what, int done, int total) {
    long now = nanoTime.getAsLong();
    if (now - last >= NANOS) {
      last = now;
      lines.accept(String.format(Locale.ROOT, "%s: %,d of %,d images", what, done, total));
    }
  }
}
