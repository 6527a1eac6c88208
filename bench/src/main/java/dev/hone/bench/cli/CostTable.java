package dev.hone.bench.cli;

import dev.hone.bench.micro.CostModel;
import dev.hone.bench.micro.GpuModel;
import dev.hone.bench.micro.KernelCost;
import dev.hone.kernels.ptx.Counters;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code hone bench --count} found, for people. */
record CostTable(CostModel model) {
  private static final double MEGA = 1e6;

  private static final GpuModel SHOWN =
      GpuModel.KNOWN.stream().filter(gpu -> gpu.sm() == CostModel.SM).findFirst().orElseThrow();

  void print(PrintWriter out) {
    out.println();
    out.println(
        "%s, ResNet-20, batch %d; registers and occupancy on sm_%d"
            .formatted(model.workload().name(), model.batch(), CostModel.SM));
    out.println();
    new TextTable(rows()).print(out);
    out.println();
    out.println(
        format(
            "the least possible, one launch per convolution: %d launches, %.1f MB;"
                + " these are %.1f and %.1f times as many",
            model.least().launches(),
            model.least().bytes() / MEGA,
            (double) model.launches() / model.least().launches(),
            bytes(model.total()) / model.least().bytes()));
    out.println();
    new TextTable(estimates()).print(out);
    out.flush();
  }

  private List<List<String>> rows() {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "kernel",
            "launches",
            "MFLOP",
            "MB read",
            "MB written",
            "uncoalesced",
            "bank conflicts",
            "threads",
            "registers",
            "shared",
            "occupancy"));
    for (KernelCost k : model.kernels()) {
      List<String> cells =
          new ArrayList<>(counted(k.family() + " " + k.kernel(), k.launches(), k.counters()));
      cells.add(String.valueOf(k.threads()));
      cells.add(k.registers() == 0 ? "?" : String.valueOf(k.registers()));
      cells.add(String.valueOf(k.sharedBytes()));
      cells.add(
          k.registers() == 0
              ? "?"
              : format(
                  "%.0f %%", 100 * SHOWN.occupancy(k.threads(), k.registers(), k.sharedBytes())));
      rows.add(cells);
    }
    List<String> all = new ArrayList<>(counted("all", model.launches(), model.total()));
    all.addAll(List.of("", "", "", ""));
    rows.add(all);
    return rows;
  }

  private static List<String> counted(String name, int launches, Counters c) {
    double ideal = Math.max(1, c.idealSectors());
    return List.of(
        name,
        String.valueOf(launches),
        format("%.1f", c.flops() / MEGA),
        format("%.2f", c.globalBytesRead() / MEGA),
        format("%.2f", c.globalBytesWritten() / MEGA),
        format("%.2f", c.idealSectors() == 0 ? 1 : c.globalSectors() / ideal),
        String.valueOf(c.bankConflicts()));
  }

  private static double bytes(Counters c) {
    return (double) c.globalBytesRead() + c.globalBytesWritten();
  }

  private List<List<String>> estimates() {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("GPU", "estimate, ms", "TFLOP/s", "GB/s", "by its maker's"));
    for (GpuModel gpu : GpuModel.KNOWN) {
      rows.add(
          List.of(
              gpu.name(),
              format("%.3f", 1e3 * model.seconds(gpu)),
              format("%.1f", gpu.teraflops()),
              format("%.0f", gpu.gigabytesPerSecond()),
              gpu.source()));
    }
    rows.add(
        List.of(
            "(roofline per kernel; no cache between warps, no time for launches)", "", "", "", ""));
    return rows;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
