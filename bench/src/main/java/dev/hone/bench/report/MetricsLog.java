package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@code metrics.jsonl}: one JSON object per line, appended while the run goes on. NaN and
 * infinities are written as strings, since JSON has no numbers for them.
 */
public final class MetricsLog implements AutoCloseable {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Path file;
  private final FileChannel channel;

  private MetricsLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens the file to append, creating it if need be; a cut last line is removed first. */
  public static MetricsLog append(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (Files.exists(file)) {
      dropCutLine(file);
    }
    return new MetricsLog(
        file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /**
   * Rewrites the file, atomically, with only the lines to keep. A run resumed from a checkpoint
   * drops what was logged after it, which it is about to log again.
   */
  public static void retain(Path file, Predicate<MetricsLine> keep) throws IOException {
    StringBuilder text = new StringBuilder();
    for (MetricsLine line : read(file)) {
      if (keep.test(line)) {
        text.append(json(line)).append('\n');
      }
    }
    AtomicFile.write(file, text.toString());
  }

  /**
   * Reads all lines in order. What follows the last line end was cut off by a crash and is left
   * out; any other line that is not a metrics line is an error that names it.
   */
  public static List<MetricsLine> read(Path file) throws IOException {
    String text = Files.readString(file);
    List<MetricsLine> lines = new ArrayList<>();
    int number = 0;
    int from = 0;
    for (int to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      number++;
      lines.add(parse(file, number, text.substring(from, to)));
      from = to + 1;
    }
    return List.copyOf(lines);
  }

  private static MetricsLine parse(Path file, int number, String line) throws IOException {
    try {
      return JSON.readValue(line, MetricsLine.class);
    } catch (JacksonException e) {
      throw new IOException(
          "%s, line %d: expected one JSON object with kind step or epoch: %s"
              .formatted(file, number, e.getOriginalMessage()),
          e);
    }
  }

  /** Appends a line and hands it to the system, so that it survives the process. */
  public void write(MetricsLine line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((json(line) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String json(MetricsLine line) {
    return JSON.writerFor(MetricsLine.class).writeValueAsString(line);
  }

  private static void dropCutLine(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      long end = channel.size();
      while (end > 0) {
        one.clear();
        channel.read(one, end - 1);
        if (one.get(0) == '\n') {
          break;
        }
        end--;
      }
      channel.truncate(end);
    }
  }

  /** Forces what was written to the disk and closes the file. */
  @Override
  public void close() throws IOException {
    try (channel) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return "MetricsLog[" + file + "]";
  }
}
