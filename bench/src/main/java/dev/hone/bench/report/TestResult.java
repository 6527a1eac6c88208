package dev.hone.bench.report;

/** The final evaluation on the test split, with the one figure by which arms are compared. */
public sealed interface TestResult permits ClassificationResult, GenerationResult {
  /** How many test images there were. */
  int images();

  /** The mean over the images of what arms are compared by, see {@link Measure}; NaN of none. */
  double score();

  /** 95 % interval of the score: which images might have been drawn instead. */
  Interval interval();

  /** What the score is. */
  default Measure measure() {
    return switch (this) {
      case ClassificationResult _ -> Measure.ACCURACY;
      case GenerationResult _ -> Measure.SSIM;
    };
  }

  /** This network against {@code reference}, image by image. */
  default Comparison against(TestResult reference) {
    if (reference instanceof ClassificationResult a && this instanceof ClassificationResult b) {
      return PairedComparison.of(a.predictions(), b.predictions());
    } else if (reference instanceof GenerationResult a && this instanceof GenerationResult b) {
      return PairedScores.of(a.ssim(), b.ssim());
    }
    throw new IllegalArgumentException(
        "report: a classifier and a generative model cannot be compared image by image");
  }
}
