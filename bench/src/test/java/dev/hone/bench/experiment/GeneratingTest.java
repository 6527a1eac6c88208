package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.distance.FidWeights;
import dev.hone.bench.report.GenerationEpoch;
import dev.hone.bench.report.GenerationResult;
import dev.hone.bench.report.MetricsLine;
import dev.hone.bench.report.MetricsLog;
import dev.hone.bench.report.Run;
import dev.hone.bench.report.SampleRun;
import dev.hone.datasets.Datasets;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Split;
import dev.hone.kernels.cpu.CpuBackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An autoencoder goes through the trainer as a classifier does. */
class GeneratingTest {
  /** Both arms, six steps each, the last three with ICP. */
  private static final TrainSettings SETTINGS =
      SettingsDraft.empty()
          .with("task", Task.VAE)
          .with("limit", 40)
          .with("batch", 16)
          .with("epochs", 2)
          .with("k", 1)
          .with("steps", 1)
          .with("latent", 3)
          .with("width", 2)
          .with("validation", 0.005)
          .complete();

  @TempDir private static Path folder;
  private static Run whole = SampleRun.typical(); // until the one below is there

  @BeforeAll
  static void trainBothArms() throws IOException {
    var outcome =
        Training.run(SETTINGS, folder.resolve("whole"), threads(1), Progress.silent(), () -> false);
    whole = assertInstanceOf(Training.Outcome.Finished.class, outcome).run();
  }

  private static Training.Environment threads(int n) {
    return new Training.Environment(
        CpuBackendProvider.withThreads(n),
        n,
        "any",
        "test",
        new FidWeights.Missing("none in tests"));
  }

  private static byte[] weights(String run, String arm) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve(arm).resolve("weights.safetensors"));
  }

  private static BooleanSupplier after(int steps) {
    var done = new AtomicInteger();
    return () -> done.incrementAndGet() >= steps;
  }

  @Test
  void stoppedAfterEveryStepItEndsWithTheSameBits() throws IOException {
    Path run = folder.resolve("stopped");
    var outcome = Training.run(SETTINGS, run, threads(2), Progress.silent(), after(1));
    int stops = 0;
    while (outcome instanceof Training.Outcome.Stopped) {
      stops++;
      outcome = Training.resume(run, threads(1 + stops % 2), Progress.silent(), after(1));
    }
    assertTrue(stops >= 10, () -> "stopped often");
    for (String arm : List.of("baseline", "icp")) {
      assertArrayEquals(weights("whole", arm), weights("stopped", arm), arm);
    }
    assertEquals(epochs("whole"), epochs("stopped"));
    Run again = assertInstanceOf(Training.Outcome.Finished.class, outcome).run();
    assertEquals(whole.arms().getLast().score(), again.arms().getLast().score());
    assertEquals(whole.album(), again.album());
  }

  /** What was measured in each epoch, without times. */
  private static List<List<Double>> epochs(String run) throws IOException {
    return MetricsLog.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
        .filter(MetricsLine.Epoch.class::isInstance)
        .map(line -> (GenerationEpoch) ((MetricsLine.Epoch) line).figures())
        .map(e ->
            List.of(
                e.a(),
                e.beta(),
                e.taskLoss(),
                e.distillationLoss(),
                e.reconstruction(),
                e.divergence(),
                e.evaluationReconstruction(),
                e.evaluationDivergence(),
                e.evaluationSsim(),
                e.evaluationPsnr()))
        .toList();
  }

  @Test
  void theArmsAreEqualUntilDistillationAndBetaRisesOnTheWay() throws IOException {
    List<List<Double>> e = epochs("whole");
    assertEquals(4, e.size());
    assertEquals(e.get(0), e.get(2), "the first epoch, without ICP in either arm");
    assertNotEquals(e.get(1), e.get(3));
    assertEquals(0, e.get(1).get(3), "the baseline distils nothing");
    assertTrue(e.get(3).get(3) > 0, "the other arm does");
    assertEquals(1, e.get(0).get(1), "the warm-up of half an epoch is over");
    double total = e.get(1).get(4) + e.get(1).get(5);
    assertEquals(total, e.get(1).get(2), 1e-4 * Math.abs(total), "-ELBO = its two terms");
  }

  @Test
  void theReportHasTheFiguresAndThePictures() throws IOException {
    var result = (GenerationResult) whole.reference().seeds().getFirst().test();
    ImageDataset test = Datasets.load("fashion-mnist", Split.TEST);
    assertEquals(test.count(), result.images());
    assertTrue(result.score() > -1 && result.score() < 1);
    assertEquals("not computed: none in tests", result.fid().note());
    assertEquals(test.count(), result.distance().images());
    assertTrue(result.distance().value() > 0, result::toString);
    assertTrue(
        result.distance().name().startsWith("Fréchet distance"), "another network is no FID");
    List<String> pages = whole.album().pages().stream().map(p -> p.title()).toList();
    assertEquals(
        List.of(
            "Reconstructions",
            "Samples",
            "Interpolations",
            "baseline, epoch by epoch",
            "icp, epoch by epoch"),
        pages);
    String html = Files.readString(folder.resolve("whole/report.html"));
    for (String said : List.of("SSIM", "PSNR", "Interpolations", "What the perturbation does")) {
      assertTrue(html.contains(said), said);
    }
    assertTrue(!html.contains("Confusion"), "there are no classes to confuse");
    String csv = Files.readString(folder.resolve("whole/summary.csv"));
    assertTrue(csv.startsWith("arm,seed,total,ssim,ssimLow,"), csv);
    try (Stream<Path> pictures = Files.list(folder.resolve("whole/icp/pictures"))) {
      assertEquals(10, pictures.count());
    }
  }

  @Test
  void fewEpochsAreDrawnHoweverManyThereAre() {
    ImageDataset none = Datasets.load("fashion-mnist", Split.TEST).subset();
    var many = new Sketches(none, 100, 1, CpuBackendProvider.withThreads(1));
    long drawn = IntStream.range(0, 100).filter(many::isDrawn).count();
    assertEquals(6, drawn);
    assertTrue(many.isDrawn(0) && many.isDrawn(99));
    assertTrue(new Sketches(none, 1, 1, CpuBackendProvider.withThreads(1)).isDrawn(0));
  }
}
