package dev.hone.bench.report;

import java.util.stream.DoubleStream;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.apache.commons.statistics.interval.NormalConfidenceInterval;

/** A 95 % confidence interval; both ends are NaN where the data do not give one. */
public record Interval(double low, double high) {
  private static final double ALPHA = 0.05;
  private static final Interval UNKNOWN = new Interval(Double.NaN, Double.NaN);

  /** Wilson's score interval of a share, here the accuracy (Wilson 1927). */
  public static Interval wilson(int correct, int total) {
    if (total == 0) {
      return UNKNOWN;
    }
    return of(BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(total, correct, ALPHA));
  }

  /** Student's interval of the mean of a few seeds' figures; unknown for fewer than two. */
  static Interval ofMean(double... values) {
    if (values.length < 2 || DoubleStream.of(values).anyMatch(v -> !Double.isFinite(v))) {
      return UNKNOWN;
    }
    double mean = DoubleStream.of(values).sum() / values.length;
    double variance =
        DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
    // The library takes no variance of zero: equal figures have an interval of no width.
    return variance == 0
        ? new Interval(mean, mean)
        : of(NormalConfidenceInterval.MEAN.fromErrorRate(mean, variance, values.length, ALPHA));
  }

  private static Interval of(org.apache.commons.statistics.interval.Interval interval) {
    return new Interval(interval.getLowerBound(), interval.getUpperBound());
  }

  /** Whether zero lies outside. */
  boolean excludesZero() {
    return low > 0 || high < 0;
  }
}
