package dev.hone.nn.metric;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;

/**
 * What a classifier did on a data set, accumulated batch by batch from its logits: counts are
 * exact, the cross-entropy is computed in double. A sample with a logit that is NaN or infinite is
 * never correct: it is counted by {@link #notFinite} and makes the mean cross-entropy NaN.
 *
 * <p>Of equal logits the first wins, as in argmax.
 */
public final class ClassificationReport {
  private final ConfusionMatrix confusion;

  /** Entry r: how many samples had r classes ranked before their own. */
  private final long[] byRank;

  private double crossEntropy;

  public ClassificationReport(int classes) {
    confusion = new ConfusionMatrix(classes);
    byRank = new long[classes];
  }

  /**
   * Counts a batch.
   *
   * @param logits {@code [N, classes]}
   * @param labels int32 {@code [N]}
   */
  public void add(Tensor logits, Tensor labels) {
    int classes = confusion.classes();
    int n = labels.shape().size();
    if (!labels.shape().equals(Shape.of(n)) || !logits.shape().equals(Shape.of(n, classes))) {
      throw new ShapeException(
          "classification report: needs logits [N, "
              + classes
              + "] and labels [N], but got "
              + logits.shape()
              + " and "
              + labels.shape());
    }
    double[] values = logits.toDoubles();
    int[] actual = labels.toInts();
    for (int i = 0; i < n; i++) {
      add(values, i * classes, actual[i]);
    }
  }

  /** Counts the sample whose logits start at {@code from}. */
  private void add(double[] logits, int from, int label) {
    int classes = confusion.classes();
    int best = 0;
    boolean finite = true;
    for (int c = 0; c < classes; c++) {
      finite &= Double.isFinite(logits[from + c]);
      best = logits[from + c] > logits[from + best] ? c : best;
    }
    if (!finite) {
      confusion.addUnpredicted(label);
      crossEntropy = Double.NaN;
      return;
    }
    confusion.add(label, best);
    double own = logits[from + label];
    double sum = 0;
    int rank = 0;
    for (int c = 0; c < classes; c++) {
      double v = logits[from + c];
      sum += Math.exp(v - logits[from + best]);
      rank += v > own || (v == own && c < label) ? 1 : 0;
    }
    byRank[rank]++;
    crossEntropy += Math.log(sum) + logits[from + best] - own;
  }

  /** How often each class was taken for each other. */
  public ConfusionMatrix confusion() {
    return confusion;
  }

  public long correct() {
    return confusion.correct();
  }

  public long total() {
    return confusion.total();
  }

  /** How many samples had a logit that is NaN or infinite. */
  public long notFinite() {
    return confusion.unpredicted();
  }

  /** correct / total; NaN of nothing. */
  public double accuracy() {
    return confusion.accuracy();
  }

  /** The share of samples whose class is among the {@code k} with the largest logits. */
  public double topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("top k: k must be positive, but is " + k);
    }
    long hits = 0;
    for (int rank = 0; rank < Math.min(k, byRank.length); rank++) {
      hits += byRank[rank];
    }
    return (double) hits / total();
  }

  public double macroF1() {
    return confusion.macroF1();
  }

  /** The mean over samples of -log softmax(logits)[label]; NaN of nothing. */
  public double meanCrossEntropy() {
    return crossEntropy / total();
  }
}
