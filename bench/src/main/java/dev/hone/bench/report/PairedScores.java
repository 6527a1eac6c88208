package dev.hone.bench.report;

import java.util.List;
import org.apache.commons.statistics.inference.TTest;

/**
 * Two networks on the same test images, each of which has a score, such as the SSIM of its
 * reconstruction. Images differ far more from each other than two networks do on one image, so only
 * the differences image by image can tell the two apart.
 *
 * @param differences second minus first, of each image
 */
public record PairedScores(List<Double> differences) implements Comparison {
  /** Copies the list. */
  public PairedScores {
    differences = List.copyOf(differences);
  }

  /** Compares two networks; both must have seen the same images in the same order. */
  public static PairedScores of(List<Double> first, List<Double> second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "paired scores: the two arms were tested on %d and %d images; evaluate both on the same"
                  .formatted(first.size(), second.size())
              + " test split in the same order");
    }
    var differences = new java.util.ArrayList<Double>();
    for (int i = 0; i < first.size(); i++) {
      differences.add(second.get(i) - first.get(i));
    }
    return new PairedScores(differences);
  }

  @Override
  public int total() {
    return differences.size();
  }

  /** How many images the second does better on. */
  public int better() {
    return (int) differences.stream().filter(d -> d > 0).count();
  }

  /** How many images the second does worse on. */
  public int worse() {
    return (int) differences.stream().filter(d -> d < 0).count();
  }

  @Override
  public double difference() {
    return differences.isEmpty()
        ? Double.NaN
        : differences.stream().mapToDouble(Double::doubleValue).sum() / total();
  }

  /** Student's, of the mean of the differences. */
  @Override
  public Interval interval() {
    return Interval.ofMean(array());
  }

  /** Student's paired t-test; 1 where no image differs, NaN with fewer than two images. */
  @Override
  public double pValue() {
    if (total() < 2) {
      return Double.NaN;
    }
    if (differences.stream().allMatch(d -> d.equals(differences.getFirst()))) {
      // No scatter: the statistic is 0 / 0, or infinite.
      return differences.getFirst() == 0 ? 1 : 0;
    }
    return TTest.withDefaults().test(array()).getPValue();
  }

  private double[] array() {
    return differences.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
