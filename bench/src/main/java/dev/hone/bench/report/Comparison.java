package dev.hone.bench.report;

/** Two networks on the same test images, the reference first. */
public sealed interface Comparison permits PairedComparison, PairedScores {
  /** Number of test images. */
  int total();

  /** Score of the second minus score of the first; NaN without images. */
  double difference();

  /** 95 % interval of the difference. */
  Interval interval();

  /** The chance of so large a difference, or a larger one, were both equally good; two-sided. */
  double pValue();
}
