package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The final table of a run for programs: one row per arm and seed, and the paired comparisons.
 *
 * @param comparisons every arm but the reference, for each seed it shares with the reference
 */
public record Summary(String run, List<Row> rows, List<Comparison> comparisons) {

  /** Copies the lists. */
  public Summary {
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
  }

  /**
   * The result of one arm and seed. Shares are 0 to 1, intervals 95 % after Wilson.
   *
   * @param stepCost time of a step relative to the reference arm's
   */
  public record Row(
      String arm,
      long seed,
      int correct,
      int total,
      double accuracy,
      double accuracyLow,
      double accuracyHigh,
      double topFiveAccuracy,
      double macroF1,
      double meanCrossEntropy,
      double seconds,
      double secondsPerStep,
      double stepCost) {}

  /**
   * One arm against the reference on the same seed and images.
   *
   * @param difference accuracy of the arm minus the reference's
   * @param mcnemarP McNemar's exact test, two-sided
   */
  public record Comparison(
      String reference,
      String arm,
      long seed,
      int onlyReferenceRight,
      int onlyArmRight,
      double difference,
      double differenceLow,
      double differenceHigh,
      double mcnemarP) {}

  /** The summary of a run. */
  public static Summary of(Run run) {
    double base = run.reference().secondsPerStep();
    List<Row> rows = new ArrayList<>();
    for (Arm arm : run.arms()) {
      for (SeedRun seed : arm.seeds()) {
        rows.add(row(arm, seed, base > 0 ? seed.secondsPerStep() / base : Double.NaN));
      }
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (ArmComparison c : ArmComparison.ofAll(run)) {
      for (int i = 0; i < c.pairs().size(); i++) {
        comparisons.add(comparison(c, c.seeds().get(i), c.pairs().get(i)));
      }
    }
    return new Summary(run.name(), rows, comparisons);
  }

  private static Row row(Arm arm, SeedRun seed, double cost) {
    Predictions p = seed.test().predictions();
    Interval interval = Interval.wilson(p.correct(), p.size());
    return new Row(
        arm.name(),
        seed.seed(),
        p.correct(),
        p.size(),
        p.accuracy(),
        interval.low(),
        interval.high(),
        seed.test().topFiveAccuracy(),
        p.confusion().macroF1(),
        seed.test().meanCrossEntropy(),
        seed.seconds(),
        seed.secondsPerStep(),
        cost);
  }

  private static Comparison comparison(ArmComparison c, long seed, PairedComparison pair) {
    return new Comparison(
        c.reference().name(),
        c.arm().name(),
        seed,
        pair.onlyFirst(),
        pair.onlySecond(),
        pair.difference(),
        pair.interval().low(),
        pair.interval().high(),
        pair.pValue());
  }

  /** Writes the rows as comma-separated values with a header line (RFC 4180), atomically. */
  public void writeCsv(Path file) throws IOException {
    StringBuilder csv = new StringBuilder();
    csv.append("arm,seed,correct,total,accuracy,accuracyLow,accuracyHigh,topFiveAccuracy,macroF1,")
        .append("meanCrossEntropy,seconds,secondsPerStep,stepCost\r\n");
    for (Row row : rows) {
      csv.append(quoted(row.arm()));
      csv.append(String.format(Locale.ROOT, ",%d,%d,%d", row.seed(), row.correct(), row.total()));
      for (double value :
          new double[] {
            row.accuracy(), row.accuracyLow(), row.accuracyHigh(), row.topFiveAccuracy(),
            row.macroF1(), row.meanCrossEntropy(), row.seconds(), row.secondsPerStep(),
            row.stepCost()
          }) {
        csv.append(',').append(value);
      }
      csv.append("\r\n");
    }
    AtomicFile.write(file, csv.toString());
  }

  /** Writes everything as JSON, atomically; NaN and infinities as strings. */
  public void writeJson(Path file) throws IOException {
    String json =
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(this);
    AtomicFile.write(file, json + "\n");
  }

  private static String quoted(String text) {
    return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }
}
