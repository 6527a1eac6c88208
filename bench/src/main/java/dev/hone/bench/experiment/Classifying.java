package dev.hone.bench.experiment;

import dev.hone.bench.report.Album;
import dev.hone.bench.report.ClassificationEpoch;
import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.ModelDescription;
import dev.hone.bench.report.TestResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Normalization;
import dev.hone.icp.distill.StepLosses;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.metric.ClassificationReport;
import dev.hone.nn.model.ResNet;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.nio.file.Path;
import java.util.List;

/** A residual network that names classes. Counted: images classified correctly. */
record Classifying(TrainSettings settings, TrainingData data, Backend backend)
    implements Learning<ResNet> {
  @Override
  public ResNet create() {
    return Models.create(settings, data.train(), backend);
  }

  @Override
  public Normalization normalization() {
    return data.train().normalization();
  }

  @Override
  public Lesson<ResNet> lesson(ResNet model, Batch batch, Tensor x, double epochs, Random random) {
    return new Lesson<>(model, CrossEntropy.to(batch.labels(backend), settings.labelSmoothing()));
  }

  @Override
  public List<Double> count(Batch batch, Tensor x, StepLosses losses) {
    var counted = new ClassificationReport(data.train().classes());
    counted.add(losses.output(), batch.labels(backend));
    return List.of((double) counted.correct());
  }

  @Override
  public Progress.Running running(List<Double> means) {
    return new Progress.Accuracy(means.getFirst());
  }

  @Override
  public EpochRecord evaluate(ResNet model, Trained epoch) {
    double loss = Double.NaN;
    double accuracy = Double.NaN;
    if (data.validation().count() > 0) {
      var evaluation = Evaluation.of(model, data.validation(), normalization(), backend);
      loss = evaluation.report().meanCrossEntropy();
      accuracy = evaluation.report().accuracy();
    }
    return new ClassificationEpoch(
        epoch.epoch(),
        epoch.a(),
        epoch.learningRate(),
        epoch.taskLoss(),
        epoch.distillationLoss(),
        epoch.means().getFirst(),
        loss,
        accuracy,
        epoch.imagesPerSecond(),
        epoch.seconds());
  }

  @Override
  public TestResult test(ResNet model) {
    return Evaluation.of(model, data.test(), normalization(), backend).result();
  }

  @Override
  public void draw(ResNet model, int epoch, Path folder) {}

  @Override
  public void draw(ResNet model, Path folder) {}

  @Override
  public Album album(Path run, List<Method> arms) {
    return Album.empty();
  }

  @Override
  public List<IcpExample> examples(ResNet model) {
    var perturbation = Distillation.perturbation(settings, normalization());
    return Examples.of(model, data.shown(), normalization(), perturbation, backend);
  }

  @Override
  public ModelDescription describe(ResNet model) {
    return Models.describe(settings, model, data.train());
  }

  @Override
  public String title() {
    return Models.name(settings.model());
  }
}
