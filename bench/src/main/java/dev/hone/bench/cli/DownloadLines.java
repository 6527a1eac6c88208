package dev.hone.bench.cli;

import dev.hone.datasets.fetch.Bytes;
import dev.hone.datasets.fetch.FetchListener;
import dev.hone.datasets.fetch.PublishedFile;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A download for a file or a pipe: a line for what happens, and one every ten seconds. */
class DownloadLines implements FetchListener {
  private static final long INTERVAL = 10_000_000_000L;

  private final PrintWriter out;
  private final LongSupplier nanoTime;
  private long startNanos;
  private long startBytes;
  private long lastLine;

  /**
   * @param nanoTime a clock as {@link System#nanoTime}
   */
  DownloadLines(PrintWriter out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  /** Says {@code line} to the user. */
  void note(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void waiting(Path folder) {
    note("another process is fetching into " + folder + "; waiting for it");
  }

  @Override
  public void present(Path file) {
    note(file + " is here already, as published");
  }

  @Override
  public void started(PublishedFile file, URI from, long have) {
    startNanos = nanoTime.getAsLong();
    startBytes = have;
    lastLine = startNanos;
    note(
        file.name()
            + " from "
            + from.getHost()
            + (have > 0 ? ", going on at " + Bytes.words(have) : ""));
  }

  @Override
  public void received(PublishedFile file, long have) {
    long now = nanoTime.getAsLong();
    if (now - lastLine >= INTERVAL && have < file.bytes()) {
      lastLine = now;
      note(progress(file, have, (now - startNanos) * 1e-9));
    }
  }

  private String progress(PublishedFile file, long have, double seconds) {
    double speed = (have - startBytes) / seconds;
    return String.format(
        Locale.ROOT,
        "%s: %s of %s, %s/s, %s left",
        file.name(),
        Bytes.words(have),
        Bytes.words(file.bytes()),
        Bytes.words(Math.round(speed)),
        TimeLeft.words((file.bytes() - have) / speed));
  }

  @Override
  public void retrying(PublishedFile file, URI mirror, String why, Duration wait) {
    note(
        "%s: %s; trying again in %s"
            .formatted(mirror.getHost(), why, TimeLeft.words(Math.max(1, wait.toSeconds()))));
  }

  @Override
  public void refused(PublishedFile file, URI mirror, String why) {
    note("%s: %s; this mirror is given up".formatted(mirror.getHost(), why));
  }

  @Override
  public void finished(Path file) {
    note(file + " is whole, its SHA-256 the published one");
  }
}
