package dev.hone.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where a run was computed.
 *
 * @param cpu the processor's name
 * @param cores processors visible to the JVM
 * @param threads threads the run used
 * @param vector the kernels' vector width, such as {@code 256 bit} or {@code scalar}
 */
public record Machine(
    String cpu, int cores, int threads, String jdk, String vector, String os, String hone) {

  /** This machine, with what the JVM cannot know passed in. */
  public static Machine current(int threads, String vector, String honeVersion) {
    return new Machine(
        cpuName(Path.of("/proc/cpuinfo")),
        Runtime.getRuntime().availableProcessors(),
        threads,
        System.getProperty("java.vendor.version", System.getProperty("java.vendor", ""))
            + " "
            + Runtime.version(),
        vector,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        honeVersion);
  }

  /** The processor's name as Linux gives it; elsewhere the architecture has to do. */
  static String cpuName(Path cpuinfo) {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(cpuinfo)) {
      return architecture;
    }
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture + " (name unreadable: " + e.getMessage() + ")";
    }
  }
}
