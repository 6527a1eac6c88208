package dev.hone.bench.distance;

import dev.hone.nn.metric.FeatureStatistics;
import dev.hone.nn.metric.FrechetDistance;
import dev.hone.tensor.Tensor;

/**
 * Measures how far sets of images are from a reference set. Both are streamed: of an image only its
 * features are seen, and of those only the mean and the covariance are kept.
 *
 * <pre>
 * try (DistanceMeter fid = DistanceMeter.fid(FidWeights.inCache(), backend)) {
 *   batchesOfTestImages.forEach(fid::addReference);       // once
 *   DistanceReport report = fid.measure(batchesOfSamples); // as often as wanted, equally many
 *   print(report.text());                                 // "FID 61.2 (N = ...", "FID not ..."
 * }
 * </pre>
 *
 * All images are {@code [N, C, H, W]} in [0, 1], C 1 or 3, on the meter's backend.
 */
public sealed interface DistanceMeter extends AutoCloseable {
  /** The name of FID in reports. */
  String FID = "FID";

  /** The distance that reports call FID; one that says why, where there are no weights. */
  static DistanceMeter fid(FidWeights weights, dev.hone.tensor.backend.Backend backend) {
    return switch (weights) {
      case FidWeights.Found found -> of(InceptionFeatures.load(found, backend));
      case FidWeights.Missing missing -> new Absent(FID, missing.reason());
    };
  }

  /** The distance over the features of {@code network}, under its name. */
  static DistanceMeter of(FeatureNetwork network) {
    return new Measuring(network, new FeatureStatistics(network.features()));
  }

  /** A meter that measures nothing, because of {@code reason}. */
  static DistanceMeter absent(String name, String reason) {
    return new Absent(name, reason);
  }

  /** Adds a batch to the reference set. */
  void addReference(Tensor images);

  /**
   * The distance of a set, batch by batch.
   *
   * @throws IllegalArgumentException if it has not as many images as the reference set
   */
  DistanceReport measure(Iterable<Tensor> images);

  @Override
  void close();

  /** See {@link #of}. */
  record Measuring(FeatureNetwork network, FeatureStatistics reference) implements DistanceMeter {
    @Override
    public void addReference(Tensor images) {
      reference.add(network.of(images));
    }

    @Override
    public DistanceReport measure(Iterable<Tensor> images) {
      var other = new FeatureStatistics(network.features());
      for (Tensor batch : images) {
        other.add(network.of(batch));
      }
      return new DistanceReport.Measured(
          network.distanceName(),
          FrechetDistance.between(reference, other),
          network.description(),
          network.resize());
    }

    @Override
    public void close() {
      network.close();
    }
  }

  /** See {@link #absent}. */
  record Absent(String name, String reason) implements DistanceMeter {
    @Override
    public void addReference(Tensor images) {
      // Nothing will be compared with it.
    }

    @Override
    public DistanceReport measure(Iterable<Tensor> images) {
      return new DistanceReport.NotComputed(name, reason);
    }

    @Override
    public void close() {
      // Nothing was opened.
    }
  }
}
