package dev.hone.bench.micro;

import java.util.List;

/**
 * Figures measured one after another: times, or ratios of times. Their median and its interval ask
 * nothing of how they are distributed.
 */
public record Samples(List<Double> values) {
  /** The interval covers the median of what was sampled at least this often. */
  public static final double CONFIDENCE = 0.95;

  /** The fewest for which there is such an interval. */
  public static final int FEWEST = 6;

  public Samples {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("samples: there are none");
    }
  }

  /** From {@code low} to {@code high}. */
  public record Range(double low, double high) {}

  public int count() {
    return values.size();
  }

  public double median() {
    List<Double> sorted = sorted();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  public double least() {
    return sorted().getFirst();
  }

  /**
   * Two order statistics that enclose the median with at least {@link #CONFIDENCE}: the k-th
   * smallest and the k-th largest, where the chance that fewer than k of n fair coins show heads is
   * at most half the rest. Both ends are NaN for fewer than {@link #FEWEST} values.
   */
  public Range medianInterval() {
    int n = values.size();
    double tail = 0;
    double chance = Math.pow(0.5, n);
    int k = 0;
    while (tail + chance <= (1 - CONFIDENCE) / 2) {
      tail += chance;
      chance *= (double) (n - k) / (k + 1);
      k++;
    }
    List<Double> sorted = sorted();
    return k == 0
        ? new Range(Double.NaN, Double.NaN)
        : new Range(sorted.get(k - 1), sorted.get(n - k));
  }

  /** Each of these over its partner in {@code others}. */
  public Samples over(Samples others) {
    if (others.count() != count()) {
      throw new IllegalArgumentException(
          "samples: " + count() + " and " + others.count() + " make no pairs");
    }
    return new Samples(
        java.util.stream.IntStream.range(0, count())
            .mapToObj(i -> values.get(i) / others.values.get(i))
            .toList());
  }

  private List<Double> sorted() {
    return values.stream().sorted().toList();
  }
}
