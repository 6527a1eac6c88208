package dev.hone.bench.micro;

import dev.hone.bench.report.Machine;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured on a machine.
 *
 * @param ceilings one for each number of threads
 * @param engines what was measured, in words
 */
public record BenchResult(
    Machine machine,
    List<Ceiling> ceilings,
    List<String> engines,
    List<Measurement> measurements,
    List<Contest> contests) {
  public BenchResult {
    ceilings = List.copyOf(ceilings);
    engines = List.copyOf(engines);
    measurements = List.copyOf(measurements);
    contests = List.copyOf(contests);
  }

  /** The ceiling of as many threads as {@code setting} has. */
  public Ceiling ceiling(Setting setting) {
    return ceilings.stream()
        .filter(ceiling -> ceiling.threads() == setting.threads())
        .findFirst()
        .orElseThrow();
  }

  private record Row(
      String workload,
      Setting setting,
      double medianMillis,
      Samples.Range medianInterval95,
      double imagesPerSecond,
      double flop,
      double flopPerSecond,
      double ofFmaPeak,
      long allocatedBytesPerRun,
      long heldBytes,
      List<Double> millis) {}

  private record ContestRow(
      String workload,
      Setting setting,
      double honeMedianMillis,
      double peerMedianMillis,
      double peerOverHone,
      Samples.Range interval95,
      Referee.Verdict apart,
      List<Double> honeMillis,
      List<Double> peerMillis) {}

  private record Document(
      Machine machine,
      List<Ceiling> ceilings,
      List<String> engines,
      List<Row> rows,
      List<ContestRow> contests) {}

  /** Every figure, for a script. */
  public String json() {
    var document =
        new Document(
            machine,
            ceilings,
            engines,
            measurements.stream().map(this::row).toList(),
            contests.stream().map(BenchResult::row).toList());
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(document);
  }

  private Row row(Measurement m) {
    return new Row(
        m.workload().name(),
        m.setting(),
        m.millis().median(),
        m.millis().medianInterval(),
        m.imagesPerSecond(),
        m.workload().flops(m.setting().batch()),
        m.flopsPerSecond(),
        m.flopsPerSecond() / ceiling(m.setting()).flops(),
        m.allocated(),
        m.held(),
        m.millis().values());
  }

  private static ContestRow row(Contest c) {
    return new ContestRow(
        c.workload().name(),
        c.setting(),
        c.hone().median(),
        c.peer().median(),
        c.ratio().median(),
        c.ratio().medianInterval(),
        c.verdict(),
        c.hone().values(),
        c.peer().values());
  }
}
