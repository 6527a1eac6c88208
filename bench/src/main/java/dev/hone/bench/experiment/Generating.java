package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.bench.report.Album;
import dev.hone.bench.report.EpochRecord;
import dev.hone.bench.report.GenerationEpoch;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.ModelDescription;
import dev.hone.bench.report.TestResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Normalization;
import dev.hone.icp.distill.StepLosses;
import dev.hone.nn.loss.Beta;
import dev.hone.nn.loss.Elbo;
import dev.hone.nn.model.Vae;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A variational autoencoder. Its inputs are pixels in [0, 1], as the target of its reconstructions
 * is, and so ICP's eps is in pixels. The latent noise of a step follows from the step's random
 * state. Counted: the two terms of the ELBO.
 */
record Generating(
    TrainSettings settings, TrainingData data, Backend backend, SampleDistances distances)
    implements Learning<Vae> {
  private static final long NOISE = 0x6e6f697365L; // "noise"

  @Override
  public Vae create() {
    return Models.createVae(settings, data.train(), backend);
  }

  @Override
  public Normalization normalization() {
    return Normalization.none();
  }

  private Elbo elbo(double beta) {
    return new Elbo(settings.reconstruction().of(settings.scale()), beta);
  }

  private double beta(double epochs) {
    return new Beta(settings.beta(), settings.betaWarmup()).after(epochs);
  }

  @Override
  public Lesson<Vae> lesson(Vae model, Batch batch, Tensor x, double epochs, Random random) {
    Tensor noise = random.split(NOISE).normal(Shape.of(batch.size(), model.latentSize()));
    return new Lesson<>(model.with(noise), elbo(beta(epochs)).to(x));
  }

  @Override
  public List<Double> count(Batch batch, Tensor x, StepLosses losses) {
    try (var tape = Tape.inference()) {
      Elbo.Terms terms = elbo(1).terms(tape.constant(losses.output()), x);
      return List.of(
          terms.reconstruction().sum().value().toDoubles()[0],
          terms.divergence().sum().value().toDoubles()[0]);
    }
  }

  @Override
  public Progress.Running running(List<Double> means) {
    return new Progress.ElboTerms(means.get(0), means.get(1));
  }

  @Override
  public EpochRecord evaluate(Vae model, Trained epoch) {
    GenerativeEvaluation e =
        GenerativeEvaluation.of(model, elbo(1), data.validation(), backend, settings.seed());
    return new GenerationEpoch(
        epoch.epoch(),
        epoch.a(),
        epoch.learningRate(),
        beta(epoch.epochs()),
        epoch.taskLoss(),
        epoch.distillationLoss(),
        epoch.means().get(0),
        epoch.means().get(1),
        e.reconstruction(),
        e.divergence(),
        e.quality().meanSsim(),
        e.quality().meanPsnr(),
        distances.ofEpoch(model),
        epoch.imagesPerSecond(),
        epoch.seconds());
  }

  @Override
  public TestResult test(Vae model) {
    var evaluation = GenerativeEvaluation.of(model, elbo(1), data.test(), backend, settings.seed());
    evaluation.requireFinite();
    return evaluation.result(distances.fid(model), distances.ofTest(model));
  }

  private Sketches sketches() {
    return new Sketches(data.shown(), settings.epochs(), settings.seed(), backend);
  }

  @Override
  public void draw(Vae model, int epoch, Path folder) throws IOException {
    sketches().draw(model, epoch, folder);
  }

  @Override
  public void draw(Vae model, Path folder) throws IOException {
    sketches().draw(model, folder);
  }

  @Override
  public Album album(Path run, List<Method> arms) throws IOException {
    return sketches().album(run, arms);
  }

  @Override
  public List<IcpExample> examples(Vae model) {
    Tensor noise =
        Random.of(backend, settings.seed())
            .split(NOISE)
            .normal(Shape.of(data.shown().count(), model.latentSize()));
    var perturbation = Distillation.perturbation(settings, normalization());
    return Examples.of(
        model.with(noise), elbo(settings.beta())::to, data.shown(), perturbation, backend);
  }

  @Override
  public ModelDescription describe(Vae model) {
    return Models.describe(settings, model);
  }

  @Override
  public String title() {
    return "VAE";
  }
}
