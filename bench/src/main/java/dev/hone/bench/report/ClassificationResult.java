package dev.hone.bench.report;

/**
 * A classifier on the test split. Accuracy, macro-F1 and the confusion matrix follow from the
 * predictions, so they cannot contradict each other.
 *
 * @param topFiveCorrect images whose class was among the five most probable
 * @param meanCrossEntropy mean over the test images, natural logarithm
 */
public record ClassificationResult(
    Predictions predictions, int topFiveCorrect, double meanCrossEntropy) implements TestResult {

  /** Checks that top-5 is a count of these images. */
  public ClassificationResult {
    if (topFiveCorrect < predictions.correct() || topFiveCorrect > predictions.size()) {
      throw new IllegalArgumentException(
          "report: top-5 correct is "
              + topFiveCorrect
              + ", expected between top-1 correct "
              + predictions.correct()
              + " and the number of test images "
              + predictions.size());
    }
  }

  /** Share of images whose class was among the five most probable. */
  public double topFiveAccuracy() {
    return predictions.size() == 0 ? Double.NaN : (double) topFiveCorrect / predictions.size();
  }

  @Override
  public int images() {
    return predictions.size();
  }

  /** The accuracy. */
  @Override
  public double score() {
    return predictions.accuracy();
  }

  /** Wilson's, of the accuracy. */
  @Override
  public Interval interval() {
    return Interval.wilson(predictions.correct(), predictions.size());
  }
}
