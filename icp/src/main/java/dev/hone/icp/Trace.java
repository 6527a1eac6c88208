package dev.hone.icp;

import java.util.List;
import java.util.Locale;

/**
 * The loss of every sample before each step and after the last: entry 0 is the input's as it came
 * (after a random start, if there was one). Empty unless the perturbation was asked for it.
 */
public final class Trace {
  private final List<double[]> losses;

  Trace(List<double[]> losses) {
    this.losses = List.copyOf(losses);
  }

  /** How many points of the way are known: the steps taken plus one, or 0. */
  public int size() {
    return losses.size();
  }

  /** The loss of {@code sample} after {@code step} steps. */
  public double loss(int step, int sample) {
    return losses.get(step)[sample];
  }

  /** The loss of the whole batch, summed, after {@code step} steps. */
  public double sum(int step) {
    double sum = 0;
    for (double loss : losses.get(step)) {
      sum += loss;
    }
    return sum;
  }

  @Override
  public String toString() {
    var text = new StringBuilder("step  loss summed over the batch");
    for (int step = 0; step < size(); step++) {
      text.append(String.format(Locale.ROOT, "%n%4d  %.6g", step, sum(step)));
    }
    return text.toString();
  }
}
