package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The final table of a run for programs: one row per arm and seed, and the paired comparisons. All
 * rows of a run are of one type.
 *
 * @param comparisons every arm but the reference, for each seed it shares with the reference
 */
public record Summary(String run, List<Row> rows, List<Pair> comparisons) {

  /** Copies the lists. */
  public Summary {
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
  }

  /** The result of one arm and seed. Shares are 0 to 1, intervals 95 %. */
  public sealed interface Row permits ClassificationRow, GenerationRow {
    String arm();

    long seed();

    double seconds();

    double secondsPerStep();

    /** Time of a step relative to the reference arm's. */
    double stepCost();
  }

  /** A classifier; the interval is Wilson's. */
  public record ClassificationRow(
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
      double stepCost)
      implements Row {}

  /**
   * A variational autoencoder; the interval is Student's over the images.
   *
   * @param total test images
   * @param reconstruction mean of -log p(x | z) in nats
   * @param divergence mean of KL(q(z | x) || N(0, 1)) in nats
   * @param fid of samples from test images; NaN where it was not computed
   * @param distanceName what the other distance is: whose features are compared
   * @param distance over those; NaN where it was not computed
   * @param distanceImages samples and images it was computed from
   */
  public record GenerationRow(
      String arm,
      long seed,
      int total,
      double ssim,
      double ssimLow,
      double ssimHigh,
      double multiScaleSsim,
      double psnr,
      double negativeElbo,
      double reconstruction,
      double divergence,
      double fid,
      String distanceName,
      double distance,
      int distanceImages,
      double seconds,
      double secondsPerStep,
      double stepCost)
      implements Row {}

  /** One arm against the reference on the same seed and images. */
  public sealed interface Pair permits ClassificationPair, GenerationPair {}

  /**
   * Of two classifiers.
   *
   * @param difference accuracy of the arm minus the reference's
   * @param mcnemarP McNemar's exact test, two-sided
   */
  public record ClassificationPair(
      String reference,
      String arm,
      long seed,
      int onlyReferenceRight,
      int onlyArmRight,
      double difference,
      double differenceLow,
      double differenceHigh,
      double mcnemarP)
      implements Pair {}

  /**
   * Of two autoencoders.
   *
   * @param betterInReference images with the higher SSIM in the reference
   * @param betterInArm images with the higher SSIM in the arm
   * @param difference mean SSIM of the arm minus the reference's
   * @param pairedTP Student's paired t-test, two-sided
   */
  public record GenerationPair(
      String reference,
      String arm,
      long seed,
      int betterInReference,
      int betterInArm,
      double difference,
      double differenceLow,
      double differenceHigh,
      double pairedTP)
      implements Pair {}

  /** The summary of a run. */
  public static Summary of(Run run) {
    double base = run.reference().secondsPerStep();
    List<Row> rows = new ArrayList<>();
    for (Arm arm : run.arms()) {
      for (SeedRun seed : arm.seeds()) {
        rows.add(row(arm, seed, base > 0 ? seed.secondsPerStep() / base : Double.NaN));
      }
    }
    List<Pair> comparisons = new ArrayList<>();
    for (ArmComparison c : ArmComparison.ofAll(run)) {
      for (int i = 0; i < c.pairs().size(); i++) {
        comparisons.add(comparison(c, c.seeds().get(i), c.pairs().get(i)));
      }
    }
    return new Summary(run.name(), rows, comparisons);
  }

  private static Row row(Arm arm, SeedRun seed, double cost) {
    Interval interval = seed.test().interval();
    return switch (seed.test()) {
      case ClassificationResult r -> {
        Predictions p = r.predictions();
        yield new ClassificationRow(
            arm.name(),
            seed.seed(),
            p.correct(),
            p.size(),
            p.accuracy(),
            interval.low(),
            interval.high(),
            r.topFiveAccuracy(),
            p.confusion().macroF1(),
            r.meanCrossEntropy(),
            seed.seconds(),
            seed.secondsPerStep(),
            cost);
      }
      case GenerationResult r ->
          new GenerationRow(
              arm.name(),
              seed.seed(),
              r.images(),
              r.score(),
              interval.low(),
              interval.high(),
              r.multiScaleSsim(),
              r.psnr(),
              r.negativeElbo(),
              r.reconstruction(),
              r.divergence(),
              r.fid().value(),
              r.distance().name(),
              r.distance().value(),
              r.distance().images(),
              seed.seconds(),
              seed.secondsPerStep(),
              cost);
    };
  }

  private static Pair comparison(ArmComparison c, long seed, Comparison pair) {
    Interval interval = pair.interval();
    return switch (pair) {
      case PairedComparison p ->
          new ClassificationPair(
              c.reference().name(),
              c.arm().name(),
              seed,
              p.onlyFirst(),
              p.onlySecond(),
              p.difference(),
              interval.low(),
              interval.high(),
              p.pValue());
      case PairedScores p ->
          new GenerationPair(
              c.reference().name(),
              c.arm().name(),
              seed,
              p.worse(),
              p.better(),
              p.difference(),
              interval.low(),
              interval.high(),
              p.pValue());
    };
  }

  /** Writes the rows as comma-separated values with a header line (RFC 4180), atomically. */
  public void writeCsv(Path file) throws IOException {
    StringBuilder csv = new StringBuilder();
    for (Row row : rows) {
      RecordComponent[] columns = row.getClass().getRecordComponents();
      if (csv.isEmpty()) {
        csv.append(line(Arrays.stream(columns).map(RecordComponent::getName).toList()));
      }
      csv.append(line(Arrays.stream(columns).map(column -> value(row, column)).toList()));
    }
    AtomicFile.write(file, csv.toString());
  }

  private static String line(List<String> values) {
    return values.stream().map(Summary::quoted).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String value(Row row, RecordComponent column) {
    try {
      return String.valueOf(column.getAccessor().invoke(row));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("summary: cannot read " + column.getName(), e);
    }
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
