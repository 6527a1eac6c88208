package dev.hone.nn.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How often each class was taken for each other: exact counts, which accumulate. A sample without a
 * valid prediction counts against its class and for none.
 */
public final class ConfusionMatrix {
  private final long[][] counts;
  private final long[] unpredicted;

  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "confusion matrix: needs at least one class, but got " + classes);
    }
    counts = new long[classes][classes];
    unpredicted = new long[classes];
  }

  public int classes() {
    return counts.length;
  }

  /** Counts one sample. */
  public void add(int actual, int predicted) {
    counts[require(actual)][require(predicted)]++;
  }

  /** Counts one sample for which the model predicted nothing (NaN). */
  public void addUnpredicted(int actual) {
    unpredicted[require(actual)]++;
  }

  /**
   * Counts all samples of {@code other}, another seed's.
   *
   * @throws IllegalArgumentException if it has another number of classes
   */
  public void add(ConfusionMatrix other) {
    if (other.classes() != classes()) {
      throw new IllegalArgumentException(
          "confusion matrix: cannot add one of "
              + other.classes()
              + " classes to one of "
              + classes());
    }
    for (int actual = 0; actual < counts.length; actual++) {
      unpredicted[actual] += other.unpredicted[actual];
      for (int predicted = 0; predicted < counts.length; predicted++) {
        counts[actual][predicted] += other.counts[actual][predicted];
      }
    }
  }

  private int require(int label) {
    if (label < 0 || label >= counts.length) {
      throw new IllegalArgumentException(
          "confusion matrix: label " + label + " is not one of 0 to " + (counts.length - 1));
    }
    return label;
  }

  /** How many samples of class {@code actual} were taken for class {@code predicted}. */
  public long count(int actual, int predicted) {
    return counts[require(actual)][require(predicted)];
  }

  /** How many samples there were. */
  public long total() {
    long sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += actual(c);
    }
    return sum;
  }

  /** How many samples were taken for what they are. */
  public long correct() {
    long sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += counts[c][c];
    }
    return sum;
  }

  /** The share of class {@code actual} that was taken for {@code predicted}; 0 of nothing. */
  public double share(int actual, int predicted) {
    long samples = actual(actual);
    return samples == 0 ? 0 : (double) count(actual, predicted) / samples;
  }

  /** How many samples there were without a prediction. */
  public long unpredicted() {
    long sum = 0;
    for (long n : unpredicted) {
      sum += n;
    }
    return sum;
  }

  /** correct / total; NaN of nothing. */
  public double accuracy() {
    return (double) correct() / total();
  }

  /** How many samples of {@code label} there were. */
  public long actual(int label) {
    long sum = unpredicted[require(label)];
    for (long n : counts[label]) {
      sum += n;
    }
    return sum;
  }

  /** How many samples were taken for {@code label}. */
  private long predicted(int label) {
    long sum = 0;
    for (long[] row : counts) {
      sum += row[label];
    }
    return sum;
  }

  /** 2 TP / (2 TP + FP + FN); 0 for a class that neither occurs nor was predicted. */
  public double f1(int label) {
    long truePositives = count(label, label);
    long both = actual(label) + predicted(label); // 2 TP + FP + FN
    return both == 0 ? 0 : 2.0 * truePositives / both;
  }

  /** The mean of {@link #f1} over all classes, absent ones included; NaN of nothing. */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += f1(c);
    }
    return total() == 0 ? Double.NaN : sum / counts.length;
  }

  /** {@code count} samples of class {@code actual} were taken for {@code predicted}. */
  public record Confusion(int actual, int predicted, long count) {}

  /** The {@code limit} most frequent confusions, the most frequent first. */
  public List<Confusion> top(int limit) {
    var all = new ArrayList<Confusion>();
    for (int actual = 0; actual < counts.length; actual++) {
      for (int predicted = 0; predicted < counts.length; predicted++) {
        if (actual != predicted && counts[actual][predicted] > 0) {
          all.add(new Confusion(actual, predicted, counts[actual][predicted]));
        }
      }
    }
    all.sort(Comparator.comparingLong(Confusion::count).reversed());
    return List.copyOf(all.subList(0, Math.min(limit, all.size())));
  }
}
