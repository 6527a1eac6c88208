package dev.hone.bench.cli;

import dev.hone.bench.micro.Contest;
import dev.hone.bench.micro.Measurement;
import dev.hone.bench.micro.Samples;
import dev.hone.bench.report.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code hone bench} found. */
record BenchReport(
    Machine machine,
    double peak,
    List<String> engines,
    List<Measurement> measurements,
    List<Contest> contests) {

  void print(PrintWriter out) {
    out.println();
    out.printf(
        Locale.ROOT,
        "%s, %d cores, %s vectors, %s; FMA peak of %d threads %.0f GFLOP/s%n",
        machine.cpu(),
        machine.cores(),
        machine.vector(),
        machine.jdk(),
        machine.threads(),
        peak / 1e9);
    engines.forEach(out::println);
    out.println();
    if (!measurements.isEmpty()) {
      new TextTable(measured()).print(out);
    }
    if (!contests.isEmpty()) {
      new TextTable(contested()).print(out);
    }
    out.flush();
  }

  private List<List<String>> measured() {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("", "ms", "img/s", "GFLOP/s", "of peak", "KB/run", "MB held"));
    for (Measurement m : measurements) {
      boolean counted = m.flops() > 0;
      rows.add(
          List.of(
              m.workload().name(),
              format("%.2f", m.millis().median()),
              format("%.0f", m.imagesPerSecond()),
              counted ? format("%.1f", m.flopsPerSecond() / 1e9) : "",
              counted ? format("%.0f %%", 100 * m.flopsPerSecond() / peak) : "",
              format("%.1f", m.allocated() / 1e3),
              format("%.0f", m.held() / 1e6)));
    }
    return rows;
  }

  private List<List<String>> contested() {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "",
            "Hone ms",
            "peer ms",
            "peer/Hone",
            "95 % interval",
            "pairs",
            "results apart, 2 images",
            "and batch"));
    for (Contest c : contests) {
      Samples ratio = c.ratio();
      var range = ratio.medianInterval();
      rows.add(
          List.of(
              c.workload().name(),
              format("%.2f", c.hone().median()),
              format("%.2f", c.peer().median()),
              format("%.2f", ratio.median()),
              format("%.2f to %.2f", range.low(), range.high()),
              Integer.toString(ratio.count()),
              format("%.0e", c.verdict().pair().relative()),
              format("%.0e", c.verdict().batch().relative())));
    }
    return rows;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  void write(Path file) throws IOException {
    Files.writeString(file, "");
  }
}
