package dev.hone.nn.metric;

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
  private long actual(int label) {
    long sum = unpredicted[label];
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

  /** The mean of {@link #f1} over all classes, absent ones included. */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += f1(c);
    }
    return sum / counts.length;
  }
}
