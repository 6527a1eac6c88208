package dev.hone.bench.report;

import dev.hone.nn.metric.ConfusionMatrix;
import java.util.Arrays;

/**
 * The predicted class of each test image beside its label, in the split's order. Immutable; kept
 * per image because a paired test needs to know which images two networks disagree about.
 */
public final class Predictions {
  private final int classes;
  private final int[] labels;
  private final int[] predicted;

  private Predictions(int classes, int[] labels, int[] predicted) {
    this.classes = classes;
    this.labels = labels;
    this.predicted = predicted;
  }

  /** Copies both arrays; they are equally long and hold classes {@code 0 .. classes - 1}. */
  public static Predictions of(int classes, int[] labels, int[] predicted) {
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          "predictions: " + labels.length + " labels but " + predicted.length + " predictions");
    }
    checkRange("label", labels, classes);
    checkRange("prediction", predicted, classes);
    return new Predictions(classes, labels.clone(), predicted.clone());
  }

  private static void checkRange(String what, int[] values, int classes) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= classes) {
        throw new IllegalArgumentException(
            "predictions: %s of image %d is %d, expected 0 to %d"
                .formatted(what, i, values[i], classes - 1));
      }
    }
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Number of test images. */
  public int size() {
    return labels.length;
  }

  /** True class of image {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** Predicted class of image {@code i}. */
  public int predicted(int i) {
    return predicted[i];
  }

  /** Whether image {@code i} was classified correctly. */
  public boolean isCorrect(int i) {
    return labels[i] == predicted[i];
  }

  /** Number of images classified correctly. */
  public int correct() {
    int correct = 0;
    for (int i = 0; i < labels.length; i++) {
      correct += isCorrect(i) ? 1 : 0;
    }
    return correct;
  }

  /** Share of images classified correctly; NaN without images. */
  public double accuracy() {
    return size() == 0 ? Double.NaN : (double) correct() / size();
  }

  /** Counts by true and predicted class. */
  public ConfusionMatrix confusion() {
    var counts = new ConfusionMatrix(classes);
    for (int i = 0; i < labels.length; i++) {
      counts.add(labels[i], predicted[i]);
    }
    return counts;
  }

  /** Whether both are about the same images in the same order, as far as labels can tell. */
  boolean sameImages(Predictions other) {
    return classes == other.classes && Arrays.equals(labels, other.labels);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Predictions that
        && sameImages(that)
        && Arrays.equals(predicted, that.predicted);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(labels) + Arrays.hashCode(predicted);
  }

  @Override
  public String toString() {
    return "Predictions[" + correct() + " of " + size() + " correct, " + classes + " classes]";
  }
}
