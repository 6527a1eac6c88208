package dev.hone.bench.micro;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * How far two engines' results lie apart, for each tensor the length (L2) of the difference over
 * the length of ours.
 */
public record Agreement(List<Difference> differences) {
  public Agreement {
    differences = List.copyOf(differences);
  }

  /** Of one tensor; NaN if either has a NaN. */
  public record Difference(String name, double relative) {
    boolean exceeds(double tolerance) {
      return !(relative <= tolerance);
    }

    /** What differs by NaN differs most. */
    double orInfinity() {
      return Double.isNaN(relative) ? Double.POSITIVE_INFINITY : relative;
    }
  }

  /** Compares results by name; both must have the same ones. */
  static Agreement of(Map<String, float[]> ours, Map<String, float[]> theirs) {
    if (!ours.keySet().equals(theirs.keySet())) {
      var odd = new TreeSet<>(ours.keySet());
      odd.addAll(theirs.keySet());
      odd.removeIf(name -> ours.containsKey(name) && theirs.containsKey(name));
      throw new IllegalStateException("only one of the engines has the results " + odd);
    }
    var differences = new ArrayList<Difference>();
    ours.forEach((name, values) ->
        differences.add(
            new Difference(name, relative(values, Objects.requireNonNull(theirs.get(name))))));
    return new Agreement(differences);
  }

  /** The tensor that lies furthest apart. */
  public Difference largest() {
    return differences.stream()
        .max(Comparator.comparingDouble(Difference::orInfinity))
        .orElseThrow();
  }

  private static double relative(float[] a, float[] b) {
    if (a.length != b.length) {
      return Double.NaN;
    }
    double apart = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (double) a[i] - b[i];
      apart += d * d;
      size += (double) a[i] * a[i];
    }
    return apart == 0 ? 0 : Math.sqrt(apart / size);
  }
}
