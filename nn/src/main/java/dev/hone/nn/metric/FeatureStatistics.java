package dev.hone.nn.metric;

import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Mean and covariance of feature vectors, accumulated in double batch by batch, so that no feature
 * has to be kept. Batches are merged by the update of Chan, Golub and LeVeque 1983 ("Algorithms for
 * computing the sample variance", equation 2.1b), which stays accurate when means are large:
 *
 * <pre>delta = mean_b - mean_a
 * C = C_a + C_b + delta delta^T n_a n_b / (n_a + n_b)</pre>
 *
 * with C the sum over the samples of (x - mean)(x - mean)^T.
 */
public final class FeatureStatistics {
  private final int features;
  private final double[] mean;

  /** C above, {@code [D, D]}. */
  private final DMatrixRMaj coMoment;

  private long count;
  private @Nullable Gaussian gaussian;

  /**
   * @param features D, the length of a feature vector
   */
  public FeatureStatistics(int features) {
    if (features < 1) {
      throw new IllegalArgumentException(
          "feature statistics: needs at least one feature, but got " + features);
    }
    this.features = features;
    mean = new double[features];
    coMoment = new DMatrixRMaj(features, features);
  }

  /** How long a feature vector is. */
  public int features() {
    return features;
  }

  /** How many vectors there were. */
  public long count() {
    return count;
  }

  /**
   * Adds the vectors of a batch.
   *
   * @param x {@code [N, D]}, finite
   */
  public void add(Tensor x) {
    x.shape().requireRank("feature statistics", "x", 2);
    if (x.shape().dim(1) != features) {
      throw new ShapeException(
          "feature statistics: x must be [N, " + features + "], but is " + x.shape());
    }
    int n = x.shape().dim(0);
    if (n == 0) {
      return;
    }
    double[] values = x.toDoubles();
    requireFinite(values);
    double[] batchMean = new double[features];
    for (int e = 0; e < values.length; e++) {
      batchMean[e % features] += values[e] / n;
    }
    for (int e = 0; e < values.length; e++) {
      values[e] -= batchMean[e % features];
    }
    var batchMoment = new DMatrixRMaj(features, features);
    CommonOps_MT_DDRM.multInner(DMatrixRMaj.wrap(n, features, values), batchMoment);
    merge(n, batchMean, batchMoment);
  }

  private void requireFinite(double[] values) {
    for (int e = 0; e < values.length; e++) {
      if (!Double.isFinite(values[e])) {
        throw new IllegalArgumentException(
            "feature statistics: feature "
                + e % features
                + " of image "
                + (count + e / features)
                + " is "
                + values[e]
                + "; are the images and the network's weights finite?");
      }
    }
  }

  /** Adds what {@code other} has seen, as if it had been added here. */
  public void addAll(FeatureStatistics other) {
    if (other.features != features) {
      throw new IllegalArgumentException(
          "feature statistics: cannot merge vectors of " + features + " and " + other.features);
    }
    if (other.count > 0) {
      merge(other.count, other.mean.clone(), other.coMoment);
    }
  }

  private void merge(long n, double[] otherMean, DMatrixRMaj otherMoment) {
    long total = count + n;
    double[] delta = otherMean;
    for (int i = 0; i < features; i++) {
      delta[i] -= mean[i];
    }
    CommonOps_DDRM.addEquals(coMoment, otherMoment);
    var column = DMatrixRMaj.wrap(features, 1, delta);
    CommonOps_DDRM.multAddTransB((double) count * n / total, column, column, coMoment);
    for (int i = 0; i < features; i++) {
      mean[i] += delta[i] * n / total;
    }
    count = total;
    gaussian = null;
  }

  /** The Gaussian with these vectors' mean and their covariance over N - 1. */
  public Gaussian gaussian() {
    if (count < 2) {
      throw new IllegalArgumentException(
          "feature statistics: a covariance needs at least two images, but there were " + count);
    }
    Gaussian known = gaussian;
    if (known == null) {
      var covariance = coMoment.copy();
      CommonOps_DDRM.divide(covariance, count - 1.0);
      known = new Gaussian(Arrays.copyOf(mean, features), covariance);
      gaussian = known;
    }
    return known;
  }
}
