package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.experiment.Rule;
import dev.hone.bench.micro.Agreement.Difference;
import dev.hone.bench.micro.BenchResult;
import dev.hone.bench.micro.Ceiling;
import dev.hone.bench.micro.Contest;
import dev.hone.bench.micro.Measurement;
import dev.hone.bench.micro.Referee;
import dev.hone.bench.micro.Samples;
import dev.hone.bench.micro.Setting;
import dev.hone.bench.micro.Suite;
import dev.hone.bench.micro.Workload;
import dev.hone.bench.micro.Workloads;
import dev.hone.bench.report.Machine;
import dev.hone.icp.BatchNormMode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTablesTest {
  private static final Setting ONE = new Setting(100, 1, 16);
  private static final Setting TWO = new Setting(100, 2, 16);
  private static final Machine MACHINE =
      new Machine("Some CPU", 2, 2, "JDK 25", "512 bit", "Linux", "0.1");
  private static final Workload TRAINING = new Workload.TrainingStep();
  private static final Workload ICP = new Workload.Icp(Rule.ADAM, BatchNormMode.EVAL, 1);

  private static Measurement row(Workload workload, Setting setting, double... millis) {
    List<Double> values = java.util.Arrays.stream(millis).boxed().toList();
    return new Measurement(workload, setting, new Samples(values), 1500, 2_000_000);
  }

  private static String print(List<Measurement> rows, List<Contest> contests) {
    var ceilings = List.of(new Ceiling(1, 100e9, 10e9), new Ceiling(2, 200e9, 15e9));
    var text = new StringWriter();
    new BenchTables(new BenchResult(MACHINE, ceilings, List.of("Hone"), rows, contests))
        .print(new PrintWriter(text));
    return text.toString();
  }

  /** The line that begins with {@code start}, its columns separated by one bar. */
  private static String line(String table, String start) {
    return table
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError(table))
        .replaceAll(" {2,}", "|");
  }

  @Test
  void ratesFollowFromTheMedian() {
    String table = print(List.of(row(TRAINING, ONE, 900, 500, 400)), List.of());
    double gflops = TRAINING.flops(100) / 0.5 / 1e9;
    String rates = "training step|500.000|200|%.1f|%.0f %%".formatted(gflops, gflops);
    assertEquals(rates + "|1.5|2", line(table, "training step"));
    assertTrue(table.contains("1 thread: FMA peak 100 GFLOP/s, copying 10.0 GB/s, ridge at 10"));
    assertFalse(table.contains("FLOP/byte"), "no convolution, no roofline");
    assertFalse(table.contains("batch, threads, lanes"), "one setting needs no column");
  }

  @Test
  void aStepsCostIsInTrainingStepsOfTheSameSetting() {
    String table =
        print(
            List.of(row(TRAINING, ONE, 400), row(TRAINING, TWO, 200), row(ICP, TWO, 130)),
            List.of());
    String icp = line(table, "ICP step");
    assertTrue(icp.startsWith("ICP step, eval BN, Adam|100, 2, 16|130.000|"), icp);
    assertTrue(icp.endsWith("|0.65|1.5|2"), icp);
  }

  @Test
  void anOpHasOnlyATime() {
    Workload op = Workloads.of(Suite.OPS).getFirst();
    String figures =
        line(print(List.of(row(op, ONE, 0.25)), List.of()), op.name())
            .substring(op.name().length());
    assertEquals("|0.250|1.5|2", figures);
  }

  @Test
  void convolutionsBringTheRoofline() {
    String table = print(List.of(row(Workloads.of(Suite.CONV).getFirst(), ONE, 5)), List.of());
    // 2 * 16 * 16 * 9 * 32 * 32 operations, 4 * 2 * 16 * 32 * 32 bytes and few for w
    assertTrue(
        line(table, "16->16@32").startsWith("16->16@32|6|4.72|131|36.0|200 GFLOP/s|"), table);
    // 11.4 operations per byte are below the ridge of 200 / 15
    assertTrue(line(table, "3->16@32  ").endsWith("|170 GFLOP/s|memory"), table);
  }

  @Test
  void contestsHaveTheirRatioAndItsInterval() {
    var hone = new Samples(List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0));
    var peer = new Samples(List.of(2.0, 2.2, 2.4, 2.6, 2.8, 3.0));
    var verdict = new Referee.Verdict(new Difference("a", 3e-6), new Difference("b", 4e-3));
    String table = print(List.of(), List.of(new Contest(TRAINING, ONE, verdict, hone, peer)));
    assertEquals(
        "training step|1.00|2.50|2.50|2.00 to 3.00|6|3e-06|4e-03", line(table, "training step"));
  }
}
