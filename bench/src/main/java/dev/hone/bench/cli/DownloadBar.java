package dev.hone.bench.cli;

import dev.hone.datasets.fetch.PublishedFile;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A download for a person at a terminal: a bar with speed and time left. */
final class DownloadBar extends DownloadLines implements AutoCloseable {
  private final PrintStream terminal;
  private @Nullable ProgressBar bar;

  DownloadBar(PrintStream terminal, LongSupplier nanoTime) {
    super(new PrintWriter(terminal, true, StandardCharsets.UTF_8), nanoTime);
    this.terminal = terminal;
  }

  @Override
  public void started(PublishedFile file, URI from, long have) {
    close();
    boolean unicode = terminal.charset().equals(StandardCharsets.UTF_8);
    bar =
        new ProgressBarBuilder()
            .setTaskName(file.name())
            .setInitialMax(file.bytes())
            .startsFrom(have, Duration.ZERO)
            .setUnit(" MB", 1_000_000)
            .showSpeed()
            .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .setConsumer(new ConsoleProgressBarConsumer(terminal))
            .build();
  }

  @Override
  public void received(PublishedFile file, long have) {
    if (bar != null) {
      bar.stepTo(have);
    }
  }

  @Override
  void note(String line) {
    close();
    super.note(line);
  }

  @Override
  public void finished(Path file) {
    close();
    super.finished(file);
  }

  /** Leaves the bar as it is. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
