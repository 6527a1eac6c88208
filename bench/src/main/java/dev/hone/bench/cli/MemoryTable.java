package dev.hone.bench.cli;

import dev.hone.bench.micro.Setting;
import dev.hone.bench.micro.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What workloads add to the memory of a process, each measured in a process of its own, since what
 * an engine took once it seldom gives back.
 */
record MemoryTable(List<List<String>> rows) {
  /** What {@code --footprint-of} calls Hone. */
  static final String HONE = "hone";

  private static final List<Workload> WORKLOADS =
      List.of(new Workload.TrainingStep(), new Workload.Distillation(5));

  MemoryTable {
    rows = rows.stream().map(List::copyOf).toList();
  }

  static MemoryTable measure(@Nullable String peer, Setting setting, Consumer<String> progress)
      throws IOException {
    List<String> engines = peer == null ? List.of(HONE) : List.of(HONE, peer);
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("memory added", "engine", "MB"));
    for (Workload workload : WORKLOADS) {
      for (String engine : engines) {
        progress.accept(workload.name() + " in a process of " + engine);
        long grown = grown(engine, workload, setting);
        rows.add(List.of(workload.name(), engine, String.format(Locale.ROOT, "%.0f", grown / 1e6)));
      }
    }
    return new MemoryTable(rows);
  }

  void print(PrintWriter out) {
    out.println();
    new TextTable(rows).print(out);
    out.println();
    out.println("the most that was resident during ten runs, less what was before the first");
    out.flush();
  }

  /** Starts this program again, with the same JVM options, and reads the one number it prints. */
  private static long grown(String engine, Workload workload, Setting setting) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Hone.class.getName()));
    command.addAll(
        List.of("bench", "--footprint-of", engine, "--suite=all", "--only=" + workload.name()));
    command.add("--batch=" + setting.batch());
    command.add("--threads=" + setting.threads());
    command.add("--lanes=" + setting.lanes());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String answer =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!answer.matches("\\d+")) {
      throw new IOException(
          "the process of %s ended without an answer; try ./hone %s --debug"
              .formatted(
                  engine, String.join(" ", command.subList(command.size() - 8, command.size()))));
    }
    return Long.parseLong(answer);
  }
}
