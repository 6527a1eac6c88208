package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.bench.report.Predictions;
import dev.hone.bench.report.TestResult;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.nn.Block;
import dev.hone.tensor.backend.Backend;

/** A model's outputs over a whole data set, in its order, in eval mode. */
public final class Evaluation {
  private static final int BATCH = 256;

  private final int classes;
  private final int[] labels;
  private final float[] logits;

  private Evaluation(int classes, int[] labels, float[] logits) {
    this.classes = classes;
    this.labels = labels;
    this.logits = logits;
  }

  /**
   * Runs {@code model} over {@code data}.
   *
   * @param normalization of the pixels, unless the model normalises by itself
   */
  public static Evaluation of(
      Block model, ImageDataset data, Normalization normalization, Backend backend) {
    return of(model, data, normalization, backend, BATCH);
  }

  /** The same with {@code batchSize} images at a time, which changes memory and time only. */
  public static Evaluation of(
      Block model, ImageDataset data, Normalization normalization, Backend backend, int batchSize) {
    int n = data.count();
    int classes = data.classes();
    float[] logits = new float[Math.multiplyExact(n, classes)];
    try (Epoch epoch = Batches.inOrder(data, batchSize, normalization).epoch(0)) {
      int row = 0;
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        try (var tape = Tape.inference()) {
          float[] out = model.apply(tape.constant(batch.images(backend))).value().toFloats();
          if (out.length != batch.size() * classes) {
            throw new IllegalArgumentException(
                "evaluate: the model gives %d outputs per image, but %s has %d classes"
                    .formatted(out.length / batch.size(), data.name(), classes));
          }
          System.arraycopy(out, 0, logits, row * classes, out.length);
        }
        row += batch.size();
      }
    }
    return new Evaluation(classes, data.labels(), logits);
  }

  /** Images. */
  public int count() {
    return labels.length;
  }

  public int classes() {
    return classes;
  }

  /** A copy of the logits, {@code [N, classes]} row-major. */
  public float[] logits() {
    return logits.clone();
  }

  /** The most probable class of each image, the first of equals; NaN is never the most probable. */
  private int[] predicted() {
    int[] predicted = new int[labels.length];
    for (int i = 0; i < predicted.length; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        float v = logits[i * classes + c];
        if (v > logits[i * classes + best] || Float.isNaN(logits[i * classes + best])) {
          best = c;
        }
      }
      predicted[i] = best;
    }
    return predicted;
  }

  /** How many images have their class among the {@code k} most probable. */
  public int correctAmong(int k) {
    int correct = 0;
    for (int i = 0; i < labels.length; i++) {
      float own = logits[i * classes + labels[i]];
      int above = 0;
      for (int c = 0; c < classes; c++) {
        float v = logits[i * classes + c];
        above += v > own || (v == own && c < labels[i]) ? 1 : 0;
      }
      correct += above < k && !Float.isNaN(own) ? 1 : 0;
    }
    return correct;
  }

  /** Mean of -log softmax at the label, in double. */
  public double meanCrossEntropy() {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        largest = Math.max(largest, logits[i * classes + c]);
      }
      double exponentials = 0;
      for (int c = 0; c < classes; c++) {
        exponentials += Math.exp(logits[i * classes + c] - largest);
      }
      sum += largest + Math.log(exponentials) - logits[i * classes + labels[i]];
    }
    return sum / labels.length;
  }

  /** Everything a report shows of it. */
  public TestResult result() {
    return new TestResult(
        Predictions.of(classes, labels, predicted()), correctAmong(5), meanCrossEntropy());
  }
}
