package dev.hone.bench.experiment;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.bench.report.ClassificationResult;
import dev.hone.bench.report.Predictions;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.nn.Block;
import dev.hone.nn.metric.ClassificationReport;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/** A model's outputs over a whole data set, in its order, in eval mode. */
public final class Evaluation {
  private static final int BATCH = 256;

  private final int[] labels;
  private final float[] logits;
  private final ClassificationReport report;

  private Evaluation(int[] labels, float[] logits, ClassificationReport report) {
    this.labels = labels;
    this.logits = logits;
    this.report = report;
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
    var report = new ClassificationReport(classes);
    try (Epoch epoch = Batches.inOrder(data, batchSize, normalization).epoch(0)) {
      int row = 0;
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        try (var tape = Tape.inference()) {
          Tensor out = model.apply(tape.constant(batch.images(backend))).value();
          if (!out.shape().equals(Shape.of(batch.size(), classes))) {
            throw new IllegalArgumentException(
                "evaluate: the model's outputs have shape %s, but %s has %d classes"
                    .formatted(out.shape(), data.name(), classes));
          }
          report.add(out, batch.labels(backend));
          System.arraycopy(out.toFloats(), 0, logits, row * classes, out.shape().size());
        }
        row += batch.size();
      }
    }
    return new Evaluation(data.labels(), logits, report);
  }

  /** Images. */
  public int count() {
    return labels.length;
  }

  public int classes() {
    return report.confusion().classes();
  }

  /** A copy of the logits, {@code [N, classes]} row-major. */
  public float[] logits() {
    return logits.clone();
  }

  /** Counts and losses. */
  public ClassificationReport report() {
    return report;
  }

  /**
   * Everything a report shows of it.
   *
   * @throws NonFiniteException if an output is NaN or infinite: there is no prediction to show then
   */
  public ClassificationResult result() {
    if (report.notFinite() > 0) {
      throw new NonFiniteException(
          "evaluate: the network's output is NaN or infinite for %d of %d images: it has diverged;"
                  .formatted(report.notFinite(), count())
              + " train again with a lower --lr");
    }
    int[] predicted = new int[count()];
    for (int i = 0; i < predicted.length; i++) {
      for (int c = 1; c < classes(); c++) {
        int row = i * classes();
        predicted[i] = logits[row + c] > logits[row + predicted[i]] ? c : predicted[i];
      }
    }
    int topFive = (int) Math.round(report.topK(5) * count());
    return new ClassificationResult(
        Predictions.of(classes(), labels, predicted), topFive, report.meanCrossEntropy());
  }
}
