package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.Reduction;
import java.util.Arrays;
import java.util.List;

/** Rows of reduce, argmax and matmul. */
final class ReductionCases {
  private ReductionCases() {}

  static void addTo(List<OpCase> rows) {
    for (Reduction f : Reduction.values()) {
      reduce(rows, f);
    }
    argmax(new Rows(rows, "argmax"));
    matmul(new Rows(rows, "matmul"));
  }

  private static void reduce(List<OpCase> rows, Reduction f) {
    row(rows, f, false, general());
    for (int n : Rows.LENGTHS) {
      row(rows, f, false, general(n));
      row(rows, f, true, general(n, 3), 0);
      row(rows, f, false, general(3, n), 1);
    }
    row(rows, f, false, general(4099));
    for (Arrangement a : Arrangement.values()) {
      row(rows, f, false, general(5, 3, 17).as(a));
      row(rows, f, false, general(5, 3, 17).as(a), 1);
      row(rows, f, true, general(5, 3, 17).as(a), 0, 2);
    }
    row(rows, f, true, general(2, 3, 1, 4, 2, 5), 1, -2);
    row(rows, f, false, general(3, 0, 2), 1);
    row(rows, f, false, general(0, 4), 1);
    for (int n : Rows.BATCHES) {
      row(rows, f, false, general(n, 5, 3, 4));
      row(rows, f, false, general(n, 5, 3, 4), 0);
      row(rows, f, true, general(n, 5, 3, 4), 1);
      row(rows, f, false, general(n, 17, 8, 8), 2, 3);
      row(rows, f, false, general(n, 5, 3, 4), 1, 2, 3);
      row(rows, f, true, general(n, 5, 3, 4), 0, 2, 3);
    }
    row(rows, f, false, of(Values.SPECIAL, 7, 40), 1);
    row(rows, f, false, of(Values.TIES, 7, 40), 0);
  }

  private static void row(List<OpCase> rows, Reduction f, boolean keep, Input input, int... axes) {
    boolean[] reduced = input.shape().reducedAxes(axes);
    Shape out = input.shape().reduced(keep, axes);
    int terms = input.shape().size() / Math.max(1, out.size());
    Tolerance tolerance = f == Reduction.MAX ? Tolerance.EXACT : new Tolerance.OfTerms(terms);
    String variant = f.label() + " over " + Arrays.toString(axes) + (keep ? " kept" : "");
    new Rows(rows, "reduce")
        .add(
            variant,
            tolerance,
            x -> x.getFirst().backend().reduce(f, x.getFirst(), reduced, out),
            input);
  }

  private static void argmax(Rows rows) {
    for (int axis : new int[] {0, 1, 2}) {
      Rows.OneResult op = x -> x.getFirst().argmax(axis);
      rows.addArranged("axis " + axis, Tolerance.EXACT, op, general(5, 3, 17));
      rows.add("axis " + axis, Tolerance.EXACT, op, of(Values.TIES, 4, 9, 16));
      rows.add("axis " + axis, Tolerance.EXACT, op, general(9, 5, 3, 4));
    }
    Rows.OneResult classes = x -> x.getFirst().argmax(-1);
    for (int n : Rows.LENGTHS) {
      rows.add("classes", Tolerance.EXACT, classes, of(Values.TIES, n, 10));
      if (n > 0) {
        rows.add("classes", Tolerance.EXACT, classes, general(3, n));
      }
    }
  }

  private static void matmul(Rows rows) {
    int[][] sizes = {
      {1, 1, 1},
      {3, 4, 5},
      {7, 8, 9},
      {8, 16, 8},
      {16, 17, 15},
      {17, 64, 10},
      {33, 1, 33},
      {5, 300, 7},
      {1, 64, 100},
      {65, 66, 67},
      {0, 3, 4},
      {3, 0, 4},
      {3, 4, 0}
    };
    for (int[] s : sizes) {
      matmul(rows, general(s[0], s[1]), general(s[1], s[2]));
    }
    matmul(rows, general(9, 17), general(17, 10));
    matmul(rows, general(3, 9, 17), general(3, 17, 5));
    for (Arrangement a : List.of(Arrangement.PERMUTED, Arrangement.SLICED, Arrangement.EXPANDED)) {
      matmul(rows, general(9, 17).as(a), general(17, 10));
      matmul(rows, general(9, 17), general(17, 10).as(a));
      matmul(rows, general(3, 9, 17).as(a), general(3, 17, 5).as(a));
    }
    matmul(rows, general(3, 4, 5), general(5, 6));
    matmul(rows, general(4, 5), general(3, 5, 6));
    matmul(rows, general(2, 1, 4, 5), general(3, 5, 6));
    matmul(rows, general(2, 1, 2, 1, 3, 4), general(1, 3, 2, 2, 4, 3));
    matmul(rows, general(0, 4, 5), general(5, 6));
    matmul(rows, general(9, 5, 3, 4), general(4, 7));
  }

  private static void matmul(Rows rows, Input a, Input b) {
    var tolerance = new Tolerance.OfTerms(a.shape().dim(-1));
    rows.add("", tolerance, x -> x.getFirst().matmul(x.getLast()), a, b);
  }
}
