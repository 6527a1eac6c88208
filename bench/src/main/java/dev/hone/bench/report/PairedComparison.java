package dev.hone.bench.report;

import org.apache.commons.statistics.inference.BinomialTest;

/**
 * Two classifiers on the same test images. Only the images about which they disagree can tell them
 * apart, which is why a paired test sees more than two separate intervals do.
 *
 * @param bothRight images both classified correctly
 * @param onlyFirst images only the first (the reference) classified correctly
 * @param onlySecond images only the second classified correctly
 * @param bothWrong images neither classified correctly
 */
public record PairedComparison(int bothRight, int onlyFirst, int onlySecond, int bothWrong)
    implements Comparison {
  /** 97.5 % quantile of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  /** Compares two networks; both must have seen the same images in the same order. */
  public static PairedComparison of(Predictions first, Predictions second) {
    if (!first.sameImages(second)) {
      throw new IllegalArgumentException(
          "paired comparison: the two arms were tested on different images (%d and %d, or other"
                  .formatted(first.size(), second.size())
              + " labels); evaluate both on the same test split in the same order");
    }
    int[] cells = new int[4];
    for (int i = 0; i < first.size(); i++) {
      cells[(first.isCorrect(i) ? 0 : 2) + (second.isCorrect(i) ? 0 : 1)]++;
    }
    return new PairedComparison(cells[0], cells[1], cells[2], cells[3]);
  }

  /** Number of test images. */
  @Override
  public int total() {
    return bothRight + onlyFirst + onlySecond + bothWrong;
  }

  /** Accuracy of the second minus accuracy of the first; NaN without images. */
  @Override
  public double difference() {
    return total() == 0 ? Double.NaN : (double) (onlySecond - onlyFirst) / total();
  }

  /**
   * McNemar's exact test, two-sided: the chance of so lopsided a split, or a more lopsided one, of
   * the images they disagree about, were both equally good. NaN without images.
   */
  @Override
  public double pValue() {
    int discordant = onlyFirst + onlySecond;
    if (discordant == 0) {
      return total() == 0 ? Double.NaN : 1;
    }
    return BinomialTest.withDefaults().test(discordant, onlySecond, 0.5).getPValue();
  }

  /**
   * 95 % interval of the difference: Wald's with half an image added to each cell (Agresti and Min,
   * Statistics in Medicine 24, 2005), which unlike plain Wald keeps its level near zero.
   */
  @Override
  public Interval interval() {
    if (total() == 0) {
      return new Interval(Double.NaN, Double.NaN);
    }
    double n = total() + 2.0;
    double first = onlyFirst + 0.5;
    double second = onlySecond + 0.5;
    double difference = (second - first) / n;
    double error = Math.sqrt(first + second - (second - first) * (second - first) / n) / n;
    return new Interval(Math.max(-1, difference - Z * error), Math.min(1, difference + Z * error));
  }
}
