package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import java.util.List;

/** Rows of the poolings, their gradients and upsampling. */
final class PoolingCases {
  private PoolingCases() {}

  static void addTo(List<OpCase> rows) {
    for (int n : Rows.BATCHES) {
      pool(rows, new Pooling(2), n, 5, 6, 8);
      pool(rows, new Pooling(3, 2, 1), n, 17, 7, 5);
      upsample(new Rows(rows, "upsampleNearest"), 2, general(n, 5, 3, 4));
    }
    pool(rows, new Pooling(3, 1, 1), 9, 1, 4, 5);
    pool(rows, new Pooling(8), 3, 64, 8, 8);
    pool(rows, new Pooling(2, 3, 0), 9, 5, 7, 8);
    pool(rows, new Pooling(1), 9, 5, 3, 4);
    pool(rows, new Pooling(2, 1, 1), 9, 2, 1, 1);
    pool(rows, new Pooling(2), 0, 5, 4, 4);
    pool(rows, new Pooling(2), 3, 0, 4, 4);
    var p = new Pooling(2, 1, 0);
    for (Arrangement a : Arrangement.values()) {
      Input x = general(9, 3, 5, 4).as(a);
      new Rows(rows, "maxPool").add(label(p), Tolerance.EXACT, t -> t.getFirst().maxPool(p), x);
      new Rows(rows, "averagePool")
          .add(label(p), new Tolerance.OfTerms(4), t -> t.getFirst().averagePool(p), x);
      upsample(new Rows(rows, "upsampleNearest"), 3, x);
    }
    new Rows(rows, "maxPool")
        .add(
            label(p),
            Tolerance.EXACT,
            t -> t.getFirst().maxPool(p),
            of(Values.SPECIAL, 9, 3, 5, 4));
    upsample(new Rows(rows, "upsampleNearest"), 1, general(9, 3, 5, 4));
    upsample(new Rows(rows, "upsampleNearest"), 2, general(0, 3, 5, 4));
  }

  private static void pool(List<OpCase> rows, Pooling p, int... x) {
    Shape shape = Shape.of(x);
    int[] y = p.output(shape).dims();
    var terms = new Tolerance.OfTerms(p.kernel() * p.kernel());
    String variant = label(p);
    new Rows(rows, "averagePool").add(variant, terms, t -> t.getFirst().averagePool(p), general(x));
    new Rows(rows, "averagePoolGradient")
        .add(variant, terms, t -> t.getFirst().averagePoolGradient(shape, p), general(y));
    for (Values values : List.of(Values.GENERAL, Values.TIES)) {
      new Rows(rows, "maxPool")
          .add(variant, Tolerance.EXACT, t -> t.getFirst().maxPool(p), of(values, x));
      // Whole numbers as dy: where windows overlap, their sums are exact in any order.
      new Rows(rows, "maxPoolGradient")
          .add(
              variant,
              Tolerance.EXACT,
              t -> t.getFirst().maxPoolGradient(t.getLast(), p),
              of(Values.TIES, y),
              of(values, x));
    }
  }

  private static String label(Pooling p) {
    return "kernel " + p.kernel() + " stride " + p.stride() + " padding " + p.padding();
  }

  private static void upsample(Rows rows, int factor, Input x) {
    rows.add("by " + factor, Tolerance.SAME_BITS, t -> t.getFirst().upsampleNearest(factor), x);
  }
}
