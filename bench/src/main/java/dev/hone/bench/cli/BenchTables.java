package dev.hone.bench.cli;

import dev.hone.bench.micro.BenchResult;
import dev.hone.bench.micro.Ceiling;
import dev.hone.bench.micro.Contest;
import dev.hone.bench.micro.ConvolutionShape;
import dev.hone.bench.micro.Measurement;
import dev.hone.bench.micro.Samples;
import dev.hone.bench.micro.Setting;
import dev.hone.bench.micro.Workload;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What {@code hone bench} found, for people. */
record BenchTables(BenchResult result) {
  private static final double GIGA = 1e9;

  void print(PrintWriter out) {
    out.println();
    var machine = result.machine();
    out.println(
        "%s, %d cores, vectors of %s; %s"
            .formatted(machine.cpu(), machine.cores(), machine.vector(), machine.jdk()));
    for (Ceiling ceiling : result.ceilings()) {
      out.println(
          format(
              "%s: FMA peak %.0f GFLOP/s, copying %.1f GB/s, ridge at %.0f FLOP per byte",
              threads(ceiling.threads()),
              ceiling.flops() / GIGA,
              ceiling.bytes() / GIGA,
              ceiling.ridge()));
    }
    result.engines().forEach(out::println);
    if (!result.measurements().isEmpty()) {
      out.println();
      new TextTable(measured()).print(out);
    }
    if (hasConvolutions()) {
      out.println();
      new TextTable(roofline(result.ceilings().getLast())).print(out);
    }
    if (!result.contests().isEmpty()) {
      out.println();
      new TextTable(contested()).print(out);
    }
    out.flush();
  }

  static String threads(int count) {
    return count == 0 ? "device" : count + (count == 1 ? " thread" : " threads");
  }

  // ---- Hone alone ----

  private List<List<String>> measured() {
    boolean several = settings(result.measurements().stream().map(Measurement::setting)) > 1;
    var rows = new ArrayList<List<String>>();
    rows.add(
        row(
            several,
            "",
            result.measurements().getFirst().setting().isOfGpu()
                ? "batch"
                : "batch, threads, lanes",
            List.of(
                "ms", "img/s", "GFLOP/s", "of peak", "training steps", "KB new a run", "MB held")));
    for (Measurement m : result.measurements()) {
      rows.add(row(several, m.workload().name(), words(m.setting()), figures(m)));
    }
    return rows;
  }

  private List<String> figures(Measurement m) {
    boolean images = !(m.workload() instanceof Workload.Op);
    double flops = m.flopsPerSecond();
    return List.of(
        format("%.3f", m.millis().median()),
        images ? format("%.0f", m.imagesPerSecond()) : "",
        flops > 0 ? format("%.1f", flops / GIGA) : "",
        flops > 0 ? format("%.0f %%", 100 * flops / result.ceiling(m.setting()).flops()) : "",
        inTrainingSteps(m),
        format("%.1f", m.allocated() / 1e3),
        m.held() > 0 ? format("%.0f", m.held() / 1e6) : "");
  }

  /** What an ICP or distillation step costs, where the training step was measured too. */
  private String inTrainingSteps(Measurement m) {
    boolean step =
        switch (m.workload()) {
          case Workload.Icp _, Workload.Distillation _, Workload.Forward _ -> true;
          case Workload.TrainingStep _, Workload.ConvolutionPass _, Workload.Op _ -> false;
        };
    return !step
        ? ""
        : result.measurements().stream()
            .filter(other -> other.workload() instanceof Workload.TrainingStep)
            .filter(other -> other.setting().equals(m.setting()))
            .map(other -> format("%.2f", m.millis().median() / other.millis().median()))
            .findFirst()
            .orElse("");
  }

  // ---- the roofline of ResNet-20's convolutions ----

  private boolean hasConvolutions() {
    return result.measurements().stream()
        .anyMatch(m -> m.workload() instanceof Workload.ConvolutionPass);
  }

  private List<List<String>> roofline(Ceiling ceiling) {
    int batch = result.measurements().getFirst().setting().batch();
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "layer", "in ResNet-20", "MFLOP/image", "KB/image", "FLOP/byte", "roof", "limited by"));
    for (ConvolutionShape shape : ConvolutionShape.RESNET_20) {
      double intensity = shape.flops(batch) / shape.bytes(batch);
      rows.add(
          List.of(
              shape.toString(),
              Integer.toString(shape.count()),
              format("%.2f", shape.flops(batch) / batch / 1e6),
              format("%.0f", shape.bytes(batch) / batch / 1e3),
              format("%.1f", intensity),
              format("%.0f GFLOP/s", ceiling.roof(intensity) / GIGA),
              intensity < ceiling.ridge() ? "memory" : "arithmetic"));
    }
    return rows;
  }

  // ---- against a peer ----

  private List<List<String>> contested() {
    boolean several = settings(result.contests().stream().map(Contest::setting)) > 1;
    var rows = new ArrayList<List<String>>();
    rows.add(
        row(
            several,
            "",
            "batch, threads, lanes",
            List.of(
                "Hone ms",
                "peer ms",
                "peer/Hone",
                "95 % interval",
                "pairs",
                "apart: 2 images",
                "batch")));
    for (Contest c : result.contests()) {
      Samples ratio = c.ratio();
      Samples.Range range = ratio.medianInterval();
      List<String> figures =
          List.of(
              format("%.2f", c.hone().median()),
              format("%.2f", c.peer().median()),
              format("%.2f", ratio.median()),
              format("%.2f to %.2f", range.low(), range.high()),
              Integer.toString(ratio.count()),
              format("%.0e", c.verdict().pair().relative()),
              format("%.0e", c.verdict().batch().relative()));
      rows.add(row(several, c.workload().name(), words(c.setting()), figures));
    }
    return rows;
  }

  private static List<String> row(
      boolean several, String name, String setting, List<String> figures) {
    Stream<String> head = several ? Stream.of(name, setting) : Stream.of(name);
    return Stream.concat(head, figures.stream()).toList();
  }

  private static long settings(Stream<Setting> settings) {
    return settings.distinct().count();
  }

  private static String words(Setting setting) {
    return setting.isOfGpu()
        ? String.valueOf(setting.batch())
        : setting.batch() + ", " + setting.threads() + ", " + setting.lanes();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
