package dev.hone.bench.experiment;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.bench.report.Distance;
import dev.hone.bench.report.GenerationResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.nn.Mode;
import dev.hone.nn.Variational;
import dev.hone.nn.loss.Elbo;
import dev.hone.nn.metric.ImageQuality;
import dev.hone.nn.model.Vae;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/**
 * A variational autoencoder over a whole data set, in its order, in eval mode.
 *
 * @param quality of reconstructions from the mean of q(z | x)
 * @param reconstruction mean of -log p(x | z) in nats, with one draw of z for each image
 * @param divergence mean of KL(q(z | x) || N(0, 1)) in nats
 */
public record GenerativeEvaluation(ImageQuality quality, double reconstruction, double divergence) {
  private static final long NOISE = 0x6576616cL; // "eval"

  /** Part of what is computed, as each batch has its own noise. */
  private static final int BATCH = 64;

  /**
   * Runs {@code model} over {@code data}.
   *
   * @param elbo its likelihood; both terms count in full
   * @param seed of the draws
   */
  public static GenerativeEvaluation of(
      Vae model, Elbo elbo, ImageDataset data, Backend backend, long seed) {
    var quality = new ImageQuality(1);
    double reconstruction = 0;
    double divergence = 0;
    Random noise = Random.of(backend, seed).split(NOISE);
    if (data.count() > 0) {
      try (Epoch epoch = Batches.inOrder(data, BATCH, Normalization.none()).epoch(0)) {
        while (epoch.hasNext()) {
          Batch batch = epoch.next();
          try (var tape = Tape.inference()) {
            Tensor x = batch.images(backend);
            Shape drawn = Shape.of(batch.size(), model.latentSize());
            Vae bound = model.with(noise.split(batch.number()).normal(drawn));
            Variable output = bound.apply(tape.constant(x));
            Elbo.Terms terms = elbo.terms(output, x);
            reconstruction += terms.reconstruction().sum().value().toDoubles()[0];
            divergence += terms.divergence().sum().value().toDoubles()[0];
            quality.add(x, fromMean(model, output, x.shape()));
          }
        }
      }
    }
    int n = quality.count();
    return new GenerativeEvaluation(
        quality, n == 0 ? Double.NaN : reconstruction / n, n == 0 ? Double.NaN : divergence / n);
  }

  /** Reconstructions {@code [N, C, S, S]} of x from the mean of q(z | x), which output holds. */
  private static Tensor fromMean(Vae model, Variable output, Shape x) {
    Variable mean = Variational.of(output, x.size() / x.dim(0)).mean();
    return model.decode(mean, Mode.eval()).sigmoid().value().contiguous();
  }

  /** Everything but the distances, which take samples. */
  public GenerationResult result() {
    Distance none = Distance.none("./hone train measures it");
    return result(none, none);
  }

  /**
   * Everything a report shows of it.
   *
   * @param fid how far samples are from the same images
   * @param distance the same over other features
   * @throws NonFiniteException if a figure is NaN or infinite: the model has diverged
   */
  GenerationResult result(Distance fid, Distance distance) {
    requireFinite();
    return new GenerationResult(
        quality.ssim(),
        quality.meanMultiScaleSsim(),
        quality.scales(),
        quality.meanPsnr(),
        reconstruction,
        divergence,
        fid,
        distance);
  }

  /** What has diverged has no samples to compare either. */
  void requireFinite() {
    if (quality.count() > 0
        && !(Double.isFinite(quality.meanSsim()) && Double.isFinite(reconstruction + divergence))) {
      throw new NonFiniteException(
          "evaluate: the reconstructions or the ELBO are NaN or infinite: the model has diverged;"
              + " train again with a lower --lr");
    }
  }
}
