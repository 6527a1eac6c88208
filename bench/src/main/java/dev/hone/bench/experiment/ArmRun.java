package dev.hone.bench.experiment;

import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.MetricsLine;
import dev.hone.bench.report.MetricsLog;
import dev.hone.bench.report.SeedRun;
import dev.hone.bench.report.TestResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.icp.distill.StepLosses;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.optim.Optimizer;
import dev.hone.nn.optim.Schedule;
import dev.hone.nn.train.Checkpoint;
import dev.hone.nn.train.CheckpointException;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * One arm in training, whatever the task. Whenever it is stopped, it goes on from its checkpoint to
 * the same bits: a step depends on the weights, the optimizer's averages, the seed and the step's
 * number alone.
 */
final class ArmRun<M extends Block & FeatureModel> {
  /** Thrown through the loop when somebody asked to stop; the checkpoint is written by then. */
  static final class Stopped extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** How long a run may work without a checkpoint. */
  private static final Duration CHECKPOINT_EVERY =
      Duration.ofMillis(
          (long) (1000 * Double.parseDouble(System.getProperty("hone.checkpoint.seconds", "20"))));

  private static final String MODEL = "model/";
  private static final String OPTIMIZER = "optimizer/";

  private final TrainSettings settings;
  private final Method arm;
  private final Backend backend;
  private final Learning<M> learning;
  private final Batches batches;
  private final Path folder;
  private final Progress progress;
  private final BooleanSupplier stopRequested;
  private final M model;
  private final Optimizer optimizer;
  private final DistillationSettings distillation;
  private final DistillationStep<M> step;
  private Position at = Position.start();
  private long lastCheckpoint = System.nanoTime();

  ArmRun(
      TrainSettings settings,
      Method arm,
      Backend backend,
      Learning<M> learning,
      Batches batches,
      Path folder,
      Progress progress,
      BooleanSupplier stopRequested) {
    this.settings = settings;
    this.arm = arm;
    this.backend = backend;
    this.learning = learning;
    this.batches = batches;
    this.folder = folder;
    this.progress = progress;
    this.stopRequested = stopRequested;
    // Both arms start from the same weights: they draw from the same seed.
    model = learning.create();
    optimizer = Optimizer.of(model, settings.recipe().optimizer());
    distillation = Distillation.of(settings, arm, learning.normalization());
    step = new DistillationStep<>(model, optimizer, distillation);
  }

  M model() {
    return model;
  }

  private Path armFolder() {
    return folder.resolve(arm.label());
  }

  private Path checkpoint() {
    return armFolder().resolve("checkpoint.safetensors");
  }

  /**
   * Goes to where the checkpoint left off, if there is one, and takes from the log what is about to
   * be done again, or written again: the epochs are in the checkpoint too.
   */
  void restore(Path metrics) throws IOException {
    Files.createDirectories(checkpoint().getParent());
    if (Checkpoint.exists(checkpoint())) {
      restore(Checkpoint.read(checkpoint(), backend, progress::note));
    }
    if (Files.exists(metrics)) {
      MetricsLog.retain(metrics, line -> !line.arm().equals(arm.label()) || isDone(line));
    }
    try (MetricsLog log = MetricsLog.append(metrics)) {
      for (EpochRecord record : at.history()) {
        log.write(new MetricsLine.Epoch(arm.label(), settings.seed(), record));
      }
    }
  }

  private boolean isDone(MetricsLine line) {
    return switch (line) {
      case MetricsLine.Step s -> s.step() < at.step();
      case MetricsLine.Epoch e -> false;
    };
  }

  /** Trains what is left to train and evaluates the result. */
  SeedRun run(MetricsLog log) throws IOException, Stopped {
    progress.armStarted(arm, settings.epochs(), batches.perEpoch(), at.epoch(), at.batch());
    while (at.epoch() < settings.epochs()) {
      trainEpoch(log);
    }
    StateDict.save(model, checkpoint().resolveSibling("weights.safetensors"));
    long start = System.nanoTime();
    TestResult test = learning.test(model);
    learning.draw(model, armFolder());
    double perStep = at.methodSteps() == 0 ? Double.NaN : at.methodSeconds() / at.methodSteps();
    return new SeedRun(
        settings.seed(), at.history(), test, at.seconds() + secondsSince(start), perStep);
  }

  private void trainEpoch(MetricsLog log) throws IOException, Stopped {
    Schedule schedule = settings.recipe().schedule(settings.learningRate());
    long total = (long) settings.epochs() * batches.perEpoch();
    double rate = settings.learningRate();
    try (Epoch epoch = batches.epoch(at.epoch(), at.batch())) {
      while (epoch.hasNext()) {
        rate = schedule.rate(at.step(), total);
        trainStep(epoch.next(), rate, log);
        if (stopRequested.getAsBoolean()) {
          save();
          throw new Stopped();
        }
        if (System.nanoTime() - lastCheckpoint > CHECKPOINT_EVERY.toNanos()) {
          save();
        }
      }
    }
    endEpoch(rate, log);
  }

  private void trainStep(Batch batch, double rate, MetricsLog log) throws IOException {
    long start = System.nanoTime();
    int n = batch.size();
    Tensor x = batch.images(backend);
    Random random = Random.of(backend, settings.seed()).split(at.step());
    Learning.Lesson<M> lesson = learning.lesson(model, batch, x, epochs(), random);
    StepLosses r = step.take(lesson.model(), x, lesson.loss(), at.epoch(), rate, random);
    List<Double> counts = learning.count(batch, x, r);
    double seconds = secondsSince(start);
    boolean atWork = distillation.distils(at.epoch()) || arm == Method.BASELINE;
    log.write(
        new MetricsLine.Step(
            arm.label(),
            settings.seed(),
            at.step(),
            at.epoch(),
            r.a(),
            rate,
            r.task(),
            r.distillation()));
    at =
        new Position(
            at.epoch(),
            at.batch() + 1,
            at.step() + 1,
            at.taskLoss() + n * r.task(),
            at.distillationLoss() + n * r.distillation(),
            at.sumsWith(counts),
            at.seen() + n,
            at.epochSeconds() + seconds,
            at.seconds() + seconds,
            at.methodSeconds() + (atWork ? seconds : 0),
            at.methodSteps() + (atWork ? 1 : 0),
            at.history());
    progress.step(
        new Progress.Step(
            arm,
            at.epoch(),
            at.batch() - 1,
            n,
            at.taskLoss() / at.seen(),
            learning.running(at.means()),
            at.seen() / at.epochSeconds()));
  }

  /** How many epochs have passed, a part of one included. */
  private double epochs() {
    return (double) at.step() / batches.perEpoch();
  }

  private void endEpoch(double rate, MetricsLog log) throws IOException {
    long start = System.nanoTime();
    EpochRecord record =
        learning.evaluate(
            model,
            new Learning.Trained(
                at.epoch(),
                distillation.a(at.epoch()),
                rate,
                at.taskLoss() / at.seen(),
                at.distillationLoss() / at.seen(),
                at.means(),
                epochs(),
                at.seen() / at.epochSeconds(),
                at.epochSeconds()));
    learning.draw(model, at.epoch(), armFolder());
    var history = new ArrayList<>(at.history());
    history.add(record);
    at =
        new Position(
            at.epoch() + 1,
            0,
            at.step(),
            0,
            0,
            List.of(),
            0,
            0,
            at.seconds() + secondsSince(start),
            at.methodSeconds(),
            at.methodSteps(),
            history);
    save();
    log.write(new MetricsLine.Epoch(arm.label(), settings.seed(), record));
    progress.epochEnded(arm, record);
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void save() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    model.state().forEach((name, t) -> tensors.put(MODEL + name, t));
    optimizer.state().forEach((name, t) -> tensors.put(OPTIMIZER + name, t));
    new Checkpoint(
            tensors,
            Map.of(
                "settings", SettingsFile.toJson(settings),
                "arm", arm.label(),
                "device", backend.name(),
                "position", Json.write(at)))
        .write(checkpoint());
    lastCheckpoint = System.nanoTime();
  }

  private void restore(Checkpoint c) {
    String saved = Objects.requireNonNullElse(c.facts().get("settings"), "");
    if (!SettingsFile.ofJson(saved).equals(settings)) {
      throw new CheckpointException(
          "checkpoint: "
              + checkpoint()
              + " was written with other settings than those of the run"
              + " folder; start a new run with --out");
    }
    String device = Objects.requireNonNullElse(c.facts().get("device"), "");
    if (!device.equals(backend.name())) {
      throw new CheckpointException(
          "checkpoint: "
              + checkpoint()
              + " was written on --device "
              + device
              + ", which rounds in its own way; resume it there, not on "
              + backend.name());
    }
    var weights = new LinkedHashMap<String, Tensor>();
    var averages = new LinkedHashMap<String, Tensor>();
    c.tensors()
        .forEach((name, t) -> {
          if (name.startsWith(MODEL)) {
            weights.put(name.substring(MODEL.length()), t);
          } else if (name.startsWith(OPTIMIZER)) {
            averages.put(name.substring(OPTIMIZER.length()), t);
          }
        });
    StateDict.load(model, weights, checkpoint().toString());
    at = Json.read(Objects.requireNonNullElse(c.facts().get("position"), ""), Position.class);
    optimizer.restore(averages, at.step());
  }
}
