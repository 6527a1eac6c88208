package dev.hone.bench.micro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The memory that a workload takes in this process, as Linux counts it: all that is resident, so
 * Java's heap and libtorch's, compiled code and buffers alike.
 *
 * @param before bytes resident once the engine was loaded and the batch was there
 * @param peak the most bytes resident while the workload ran
 */
public record Footprint(long before, long peak) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  /** Sets the peak to what is resident now: see proc(5). */
  private static final String RESET_PEAK = "5";

  private static final int RUNS = 10;

  /** Whether this system can tell. */
  public static boolean measurable() {
    return Files.isReadable(STATUS) && Files.isWritable(CLEAR);
  }

  /** Runs {@code workload} some times. */
  public static Footprint of(Engine engine, Workload workload) throws IOException {
    System.gc();
    Files.writeString(CLEAR, RESET_PEAK);
    long before = kilobytes("VmRSS:") * 1024;
    Runnable work = engine.prepare(workload);
    for (int i = 0; i < RUNS; i++) {
      work.run();
    }
    return new Footprint(before, kilobytes("VmHWM:") * 1024);
  }

  /** How many bytes the workload added. */
  public long grown() {
    return peak - before;
  }

  private static long kilobytes(String key) throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElseThrow(() -> new IOException(STATUS + " has no " + key));
    }
  }
}
