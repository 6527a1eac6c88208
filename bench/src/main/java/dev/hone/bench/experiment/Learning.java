package dev.hone.bench.experiment;

import dev.hone.bench.report.Album;
import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.ModelDescription;
import dev.hone.bench.report.TestResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Normalization;
import dev.hone.icp.distill.StepLosses;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that a training run has to know of its {@link Task}: the model, the loss of a batch, what is
 * counted in a step and measured after an epoch, and the pictures. The loop, ICP, distillation,
 * checkpoints and the comparison of arms are the same for every task.
 *
 * @param <M> the model
 */
sealed interface Learning<M extends Block & FeatureModel> permits Classifying, Generating {
  /**
   * The task of a run.
   *
   * @param folder the run's
   */
  static Learning<?> of(
      TrainSettings settings,
      TrainingData data,
      Training.Environment environment,
      Path folder,
      Progress progress) {
    Backend backend = environment.backend();
    return switch (settings.task()) {
      case CLASSIFY -> new Classifying(settings, data, backend);
      case VAE ->
          new Generating(
              settings,
              data,
              backend,
              SampleDistances.of(data, settings.seed(), environment, folder, progress));
    };
  }

  /** A freshly initialised model; the same weights every time. */
  M create();

  /** What happens to pixels before the model sees them. */
  Normalization normalization();

  /**
   * What a batch has to teach.
   *
   * @param model the model in training, or that model bound to the batch
   * @param loss of each of the batch's samples
   */
  record Lesson<M extends Block & FeatureModel>(M model, PerSampleLoss loss) {}

  /**
   * What a batch has to teach.
   *
   * @param x the batch, {@code [N, C, H, W]}
   * @param epochs how many have passed, a part of one included
   * @param random the step's; it is left where it is
   */
  Lesson<M> lesson(M model, Batch batch, Tensor x, double epochs, Random random);

  /** What is counted in a step beside its losses: sums over the images of the batch. */
  List<Double> count(Batch batch, Tensor x, StepLosses losses);

  /** For whoever watches: means over the epoch's images so far of what {@link #count} counts. */
  Progress.Running running(List<Double> means);

  /**
   * An epoch that has been trained.
   *
   * @param means over its images of what {@link #count} counts
   * @param epochs how many have passed with it
   */
  record Trained(
      int epoch,
      double a,
      double learningRate,
      double taskLoss,
      double distillationLoss,
      List<Double> means,
      double epochs,
      double imagesPerSecond,
      double seconds) {}

  /** Evaluates the model on the validation images. */
  EpochRecord evaluate(M model, Trained epoch);

  /** Evaluates the model on the test images. */
  TestResult test(M model);

  /** Leaves what an epoch has to show in {@code folder}, the arm's. */
  void draw(M model, int epoch, Path folder) throws IOException;

  /** Leaves what the trained model has to show in {@code folder}, the arm's. */
  void draw(M model, Path folder) throws IOException;

  /** What {@link #draw} left in the arms' folders. */
  Album album(Path run, List<Method> arms) throws IOException;

  /** A few test images before and after ICP. */
  List<IcpExample> examples(M model);

  ModelDescription describe(M model);

  /** A short name of the model, for a title. */
  String title();
}
