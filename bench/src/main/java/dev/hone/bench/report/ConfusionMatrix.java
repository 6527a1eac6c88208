package dev.hone.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Counts of test images by true class (row) and predicted class (column). Immutable. */
public final class ConfusionMatrix {
  private final int[][] counts;

  private ConfusionMatrix(int[][] counts) {
    this.counts = counts;
  }

  static ConfusionMatrix of(Predictions predictions) {
    int[][] counts = new int[predictions.classes()][predictions.classes()];
    for (int i = 0; i < predictions.size(); i++) {
      counts[predictions.label(i)][predictions.predicted(i)]++;
    }
    return new ConfusionMatrix(counts);
  }

  /** The sum of several seeds' matrices, all of the same classes. */
  static ConfusionMatrix sum(List<ConfusionMatrix> matrices) {
    int classes = matrices.getFirst().classes();
    int[][] counts = new int[classes][classes];
    for (ConfusionMatrix matrix : matrices) {
      for (int row = 0; row < classes; row++) {
        for (int column = 0; column < classes; column++) {
          counts[row][column] += matrix.count(row, column);
        }
      }
    }
    return new ConfusionMatrix(counts);
  }

  /** Number of classes. */
  public int classes() {
    return counts.length;
  }

  /** Images of class {@code actual} that were called {@code predicted}. */
  public int count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** Images of class {@code actual}. */
  public int actual(int actual) {
    return Arrays.stream(counts[actual]).sum();
  }

  /** Images called {@code predicted}. */
  public int predicted(int predicted) {
    return Arrays.stream(counts).mapToInt(row -> row[predicted]).sum();
  }

  /** All images. */
  public int images() {
    return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
  }

  /** Images classified correctly. */
  public int correct() {
    return IntStream.range(0, classes()).map(c -> counts[c][c]).sum();
  }

  /** Share of the row that lies in this cell, 0 for a class without images. */
  double share(int actual, int predicted) {
    int total = actual(actual);
    return total == 0 ? 0 : (double) counts[actual][predicted] / total;
  }

  /**
   * Mean over classes of 2TP / (2TP + FP + FN); a class that never occurs counts 0. NaN without
   * images.
   */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < classes(); c++) {
      int denominator = actual(c) + predicted(c);
      sum += denominator == 0 ? 0 : 2.0 * counts[c][c] / denominator;
    }
    return images() == 0 ? Double.NaN : sum / classes();
  }

  /** The most frequent confusions, most frequent first. */
  public List<Confusion> top(int limit) {
    List<Confusion> all = new ArrayList<>();
    for (int actual = 0; actual < classes(); actual++) {
      for (int predicted = 0; predicted < classes(); predicted++) {
        if (actual != predicted && counts[actual][predicted] > 0) {
          all.add(new Confusion(actual, predicted, counts[actual][predicted]));
        }
      }
    }
    all.sort(Comparator.comparingInt(Confusion::count).reversed());
    return List.copyOf(all.subList(0, Math.min(limit, all.size())));
  }

  /** Images of class {@code actual} that were taken for {@code predicted}. */
  public record Confusion(int actual, int predicted, int count) {}
}
