package dev.hone.bench.report;

import java.util.List;

/**
 * A variational autoencoder on the test split: reconstructions from the mean of q(z | x) against
 * their originals, the terms of the ELBO with one draw of z for each image, and samples against
 * originals.
 *
 * @param ssim the SSIM of each image's reconstruction, in the split's order
 * @param multiScaleSsim mean MS-SSIM
 * @param scales how many scales MS-SSIM has at this size of image
 * @param psnr mean peak signal-to-noise ratio in decibel
 * @param reconstruction mean of -log p(x | z) in nats
 * @param divergence mean of KL(q(z | x) || N(0, 1)) in nats
 * @param fid the FID of the model's samples, or why there is none
 * @param distance of the model's samples from the test images over other features than FID's
 */
public record GenerationResult(
    List<Double> ssim,
    double multiScaleSsim,
    int scales,
    double psnr,
    double reconstruction,
    double divergence,
    Distance fid,
    Distance distance)
    implements TestResult {

  /** Copies the list. */
  public GenerationResult {
    ssim = List.copyOf(ssim);
  }

  @Override
  public int images() {
    return ssim.size();
  }

  /** The mean SSIM. */
  @Override
  public double score() {
    return images() == 0
        ? Double.NaN
        : ssim.stream().mapToDouble(Double::doubleValue).sum() / images();
  }

  /** Student's, of the mean SSIM over the images. */
  @Override
  public Interval interval() {
    return Interval.ofMean(ssim.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The negative ELBO in nats, whatever beta it was trained with. */
  public double negativeElbo() {
    return reconstruction + divergence;
  }
}
