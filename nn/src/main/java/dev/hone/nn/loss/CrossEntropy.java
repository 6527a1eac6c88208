package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * Cross-entropy of logits {@code [N, classes]} against int32 labels {@code [N]}. With label
 * smoothing s (Szegedy et al. 2016, section 7, as in PyTorch) the target is 1 - s on the label plus
 * s / classes everywhere:
 *
 * <pre>L[n] = -(1 - s) log p[n, label[n]] - s / classes * sum over c of log p[n, c]</pre>
 *
 * with p the softmax of the logits; its logarithm is taken in one stable step.
 */
public final class CrossEntropy {
  private CrossEntropy() {}

  /** The loss of each sample, {@code [N]}. */
  public static Variable none(Variable logits, Tensor labels) {
    return none(logits, labels, 0);
  }

  /** The loss of each sample, {@code [N]}. */
  public static Variable none(Variable logits, Tensor labels, double smoothing) {
    return none(logits, labels, smoothing, 0);
  }

  private static Variable none(Variable logits, Tensor labels, double smoothing, int first) {
    require(logits.shape(), labels, smoothing, first);
    return logits.crossEntropy(labels, smoothing);
  }

  /** The sum over the batch, {@code []}: each sample's gradient is its own. */
  public static Variable sum(Variable logits, Tensor labels) {
    return none(logits, labels).sum();
  }

  /** The sum over the batch, {@code []}. */
  public static Variable sum(Variable logits, Tensor labels, double smoothing) {
    return none(logits, labels, smoothing).sum();
  }

  /** The mean over the batch, {@code []}: what training descends on. */
  public static Variable mean(Variable logits, Tensor labels) {
    return none(logits, labels).mean();
  }

  /** The mean over the batch, {@code []}. */
  public static Variable mean(Variable logits, Tensor labels, double smoothing) {
    return none(logits, labels, smoothing).mean();
  }

  /** The loss of each sample against {@code labels}, int32 {@code [N]}. */
  public static PerSampleLoss to(Tensor labels) {
    return to(labels, 0);
  }

  /** The loss of each sample against {@code labels}, int32 {@code [N]}. */
  public static PerSampleLoss to(Tensor labels, double smoothing) {
    return new ToLabels(labels, smoothing, 0);
  }

  /**
   * Bound to labels.
   *
   * @param first the number of the first of them in the whole batch, for errors
   */
  private record ToLabels(Tensor labels, double smoothing, int first) implements PerSampleLoss {
    @Override
    public Variable of(Variable logits) {
      return none(logits, labels, smoothing, first);
    }

    @Override
    public Optional<PerSampleLoss> part(int from, int to) {
      return Optional.of(new ToLabels(labels.slice(0, from, to), smoothing, first + from));
    }
  }

  private static void require(Shape logits, Tensor labels, double smoothing, int first) {
    logits.requireRank("cross entropy", "logits", 2);
    if (!labels.shape().equals(Shape.of(logits.dim(0)))) {
      throw new ShapeException(
          "cross entropy: logits "
              + logits
              + " need labels ["
              + logits.dim(0)
              + "], but they are "
              + labels.shape());
    }
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          "cross entropy: label smoothing must be in [0, 1], but is " + smoothing);
    }
    if (labels.backend().areIndices(labels, logits.dim(1))) {
      return;
    }
    int[] values = labels.toInts();
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= logits.dim(1)) {
        throw new IllegalArgumentException(
            "cross entropy: the label of sample "
                + (first + i)
                + " is "
                + values[i]
                + ", but logits "
                + logits
                + " have classes 0 to "
                + (logits.dim(1) - 1)
                + "; does the model have as many classes as the data?");
      }
    }
  }
}
