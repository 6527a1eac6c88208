package dev.hone.bench.experiment;

import dev.hone.bench.distance.FidWeights;
import dev.hone.bench.report.Arm;
import dev.hone.bench.report.Gallery;
import dev.hone.bench.report.HtmlReport;
import dev.hone.bench.report.Machine;
import dev.hone.bench.report.MetricsLog;
import dev.hone.bench.report.Run;
import dev.hone.bench.report.SeedRun;
import dev.hone.bench.report.Summary;
import dev.hone.datasets.Batches;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** The main job: trains the arms of a run one after the other and writes what came of it. */
public final class Training {
  /** How a run ended. */
  public sealed interface Outcome {
    /** All arms are trained and the report is written. */
    record Finished(Run run) implements Outcome {}

    /** Somebody asked to stop; a checkpoint in {@code folder} waits to be resumed. */
    record Stopped(Path folder) implements Outcome {}
  }

  /**
   * Where a run is computed. The result depends on none of it but the kind of backend, whose
   * rounding is its own; a checkpoint remembers which it was.
   *
   * @param vector the width of its vectors, in words
   * @param version of Hone
   * @param fid the weights of FID's network, for those that make images
   */
  public record Environment(
      Backend backend, int threads, String vector, String version, FidWeights fid) {}

  private final TrainSettings settings;
  private final Path folder;
  private final Environment environment;
  private final Progress progress;
  private final BooleanSupplier stopRequested;
  private final Instant started = Instant.now();

  private Training(
      TrainSettings settings,
      Path folder,
      Environment environment,
      Progress progress,
      BooleanSupplier stopRequested) {
    this.settings = settings;
    this.folder = folder;
    this.environment = environment;
    this.progress = progress;
    this.stopRequested = stopRequested;
  }

  /** Starts a run in {@code folder}, which is new or empty. */
  public static Outcome run(
      TrainSettings settings,
      Path folder,
      Environment environment,
      Progress progress,
      BooleanSupplier stopRequested)
      throws IOException {
    var training = new Training(settings, folder, environment, progress, stopRequested);
    TrainingData data = load(settings, progress); // before a folder is made for nothing
    Files.createDirectories(folder);
    SettingsFile.write(settings, folder.resolve(SettingsFile.NAME));
    return training.train(data);
  }

  /** Goes on with the run in {@code folder}. */
  public static Outcome resume(
      Path folder, Environment environment, Progress progress, BooleanSupplier stopRequested)
      throws IOException {
    TrainSettings settings = SettingsDraft.read(folder.resolve(SettingsFile.NAME)).complete();
    var training = new Training(settings, folder, environment, progress, stopRequested);
    return training.train(load(settings, progress));
  }

  private static TrainingData load(TrainSettings settings, Progress progress) {
    return TrainingData.load(settings, new LoadNotes(progress::note, System::nanoTime));
  }

  private Outcome train(TrainingData data) throws IOException {
    return train(data, Learning.of(settings, data, environment, folder, progress));
  }

  private <M extends Block & FeatureModel> Outcome train(TrainingData data, Learning<M> learning)
      throws IOException {
    var arms = new ArrayList<Arm>();
    ArmRun<M> last = null;
    Batches batches = data.batches(settings, learning.normalization());
    Path metrics = folder.resolve("metrics.jsonl");
    for (Method arm : settings.method().arms()) {
      last =
          new ArmRun<>(
              settings,
              arm,
              environment.backend(),
              learning,
              batches,
              folder,
              progress,
              stopRequested);
      last.restore(metrics);
      try (MetricsLog log = MetricsLog.append(metrics)) {
        SeedRun result = last.run(log);
        arms.add(new Arm(arm.label(), Distillation.describe(settings, arm), List.of(result)));
      } catch (ArmRun.Stopped e) {
        return new Outcome.Stopped(folder);
      }
    }
    Run run = report(data, learning, arms, Objects.requireNonNull(last).model());
    HtmlReport.write(run, folder.resolve("report.html"));
    Summary summary = Summary.of(run);
    summary.writeCsv(folder.resolve("summary.csv"));
    summary.writeJson(folder.resolve("summary.json"));
    return new Outcome.Finished(run);
  }

  private <M extends Block & FeatureModel> Run report(
      TrainingData data, Learning<M> learning, List<Arm> arms, M last) throws IOException {
    String caption =
        "Test images before and after %d steps of %s-ICP on the trained %s arm"
            .formatted(
                settings.steps(),
                settings.rule().name().toLowerCase(Locale.ROOT),
                arms.getLast().name());
    return new Run(
        learning.title() + " on " + data.train().name(),
        started,
        trainingTime(arms),
        "./hone train --config " + folder.resolve(SettingsFile.NAME),
        SettingsFile.table(settings),
        Machine.current(environment.threads(), environment.vector(), environment.version()),
        data.description(),
        learning.describe(last),
        arms,
        learning.album(folder, settings.method().arms()),
        new Gallery(caption, learning.examples(last)));
  }

  /** What the arms took, counted through stops and resumptions. */
  private static Duration trainingTime(List<Arm> arms) {
    double seconds =
        arms.stream().flatMap(arm -> arm.seeds().stream()).mapToDouble(SeedRun::seconds).sum();
    return Duration.ofMillis(Math.round(1000 * seconds));
  }
}
