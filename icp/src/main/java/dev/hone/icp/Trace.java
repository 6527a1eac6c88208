package dev.hone.icp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The loss of every sample before each step and after the last: entry 0 is the input's as it came
 * (after a random start, if there was one). Empty unless the perturbation was asked for it.
 */
public final class Trace {
  private final List<double[]> losses;

  Trace(List<double[]> losses) {
    this.losses = List.copyOf(losses);
  }

  static Trace none() {
    return new Trace(List.of());
  }

  /** Puts the losses of a batch together from those of its parts, which may come at once. */
  static final class Parts {
    private final int samples;
    private final Map<Integer, List<double[]>> byFirst = new TreeMap<>();

    Parts(int samples) {
      this.samples = samples;
    }

    /** Takes the losses of the part that begins with sample {@code first}. */
    synchronized void add(int first, List<double[]> losses) {
      byFirst.put(first, List.copyOf(losses));
    }

    /** A part that stopped before others has stayed where it was. */
    synchronized Trace trace() {
      int steps = byFirst.values().stream().mapToInt(List::size).max().orElse(0);
      var all = new ArrayList<double[]>();
      for (int step = 0; step < steps; step++) {
        double[] losses = new double[samples];
        for (var part : byFirst.entrySet()) {
          List<double[]> own = part.getValue();
          double[] row = own.get(Math.min(step, own.size() - 1));
          System.arraycopy(row, 0, losses, part.getKey(), row.length);
        }
        all.add(losses);
      }
      return new Trace(all);
    }
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
