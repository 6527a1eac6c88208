package dev.hone.nn.metric;

import java.util.Optional;

/**
 * The Fréchet distance between two sets of images, from Gaussians fitted to their features ({@link
 * Gaussian#distance}), with what one needs to know to read it. Over the pool3 features of {@code
 * dev.hone.nn.model.InceptionV3} with the standard weights it is the FID, over any other features
 * it is not, and not comparable with one.
 *
 * @param means |mu_1 - mu_2|^2
 * @param covariances tr(S_1 + S_2 - 2 sqrt(S_1 S_2))
 * @param images N, how many each set has: the distance is biased upwards by about 1 / N, so only
 *     figures of one N compare
 * @param features the length of a feature vector
 * @param ofTwins what two sets of N images from the first's Gaussian would be apart, {@link
 *     Gaussian#expectedDistanceOfTwins}
 */
public record FrechetDistance(
    double means, double covariances, long images, int features, double ofTwins) {

  /**
   * @param reference such as real images; its square root is computed once and kept
   * @param other as many images
   */
  public static FrechetDistance between(FeatureStatistics reference, FeatureStatistics other) {
    if (reference.features() != other.features()) {
      throw new IllegalArgumentException(
          "frechet distance: the sets have "
              + reference.features()
              + " and "
              + other.features()
              + " features; compare features of one network");
    }
    if (reference.count() != other.count()) {
      throw new IllegalArgumentException(
          "frechet distance: the sets have "
              + reference.count()
              + " and "
              + other.count()
              + " images; its bias depends on their number, so use equally many");
    }
    Gaussian first = reference.gaussian();
    Gaussian second = other.gaussian();
    return new FrechetDistance(
        first.meanTerm(second),
        first.covarianceTerm(second),
        reference.count(),
        reference.features(),
        first.expectedDistanceOfTwins(reference.count()));
  }

  /** The distance. */
  public double value() {
    return means + covariances;
  }

  /** What makes the figure worth less than it looks, if anything does. */
  public Optional<String> caveat() {
    return images > features
        ? Optional.empty()
        : Optional.of(
            "fewer images than features: "
                + images
                + " images span at most "
                + (images - 1)
                + " of "
                + features
                + " dimensions; only distances of the same N may be compared");
  }
}
