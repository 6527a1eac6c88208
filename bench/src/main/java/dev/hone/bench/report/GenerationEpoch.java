package dev.hone.bench.report;

/**
 * An epoch of a variational autoencoder. Terms of the ELBO are means over images, in nats; those
 * "evaluated" are of {@link DataDescription#curveSplit}.
 *
 * @param beta weight of the divergence at the end of the epoch
 * @param reconstruction -log p(x | z) while training
 * @param divergence KL(q(z | x) || N(0, 1)) while training
 * @param evaluationReconstruction -log p(x | z), evaluated
 * @param evaluationDivergence KL(q(z | x) || N(0, 1)), evaluated
 * @param evaluationSsim mean SSIM between reconstructions and originals, evaluated
 * @param evaluationPsnr mean peak signal-to-noise ratio of the same, in decibel
 * @param evaluationDistance Fréchet distance between samples and originals; lower is better
 */
public record GenerationEpoch(
    int epoch,
    double a,
    double learningRate,
    double beta,
    double taskLoss,
    double distillationLoss,
    double reconstruction,
    double divergence,
    double evaluationReconstruction,
    double evaluationDivergence,
    double evaluationSsim,
    double evaluationPsnr,
    double evaluationDistance,
    double imagesPerSecond,
    double seconds)
    implements EpochRecord {
  /** The negative ELBO at full weight, evaluated. */
  public double evaluationElbo() {
    return evaluationReconstruction + evaluationDivergence;
  }
}
