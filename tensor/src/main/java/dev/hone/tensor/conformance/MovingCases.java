package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.Tensor;
import java.util.List;

/** Rows of full, contiguous, assign, concat, pad, gather and scatterAdd. */
final class MovingCases {
  private MovingCases() {}

  static void addTo(List<OpCase> rows) {
    full(new Rows(rows, "full"));
    contiguous(new Rows(rows, "contiguous"));
    packed(new Rows(rows, "packed"));
    assign(new Rows(rows, "assign"));
    concat(new Rows(rows, "concat"));
    pad(new Rows(rows, "pad"));
    gather(new Rows(rows, "gather"));
    scatterAdd(new Rows(rows, "scatterAdd"));
  }

  private static void full(Rows rows) {
    for (int n : Rows.LENGTHS) {
      rows.add("1.5", Tolerance.SAME_BITS, x -> x.getFirst().fullLike(1.5), general(n));
    }
    rows.add("NaN", Tolerance.SAME_BITS, x -> x.getFirst().fullLike(Double.NaN), general());
    rows.add("0.1", Tolerance.EXACT, x -> x.getFirst().fullLike(0.1), general(9, 5, 3, 4));
    rows.add("-7", Tolerance.SAME_BITS, x -> x.getFirst().fullLike(-7), of(Values.INTEGERS, 17));
  }

  private static void contiguous(Rows rows) {
    Rows.OneResult op = x -> x.getFirst().backend().contiguous(x.getFirst(), x.getFirst().arena());
    for (int n : Rows.LENGTHS) {
      rows.add("", Tolerance.SAME_BITS, op, of(Values.SPECIAL, n));
    }
    rows.add("", Tolerance.SAME_BITS, op, general());
    rows.addArranged("", Tolerance.SAME_BITS, op, general(5, 3, 17));
    rows.addArranged("", Tolerance.SAME_BITS, op, general(2, 3, 1, 4, 2, 5));
    rows.addArranged("", Tolerance.SAME_BITS, op, of(Values.INTEGERS, 7, 9));
    for (int n : Rows.BATCHES) {
      rows.add("", Tolerance.SAME_BITS, op, general(n, 5, 3, 4));
      rows.add("", Tolerance.SAME_BITS, op, general(n, 5, 3, 4).as(Arrangement.PERMUTED));
    }
    Rows.OneResult flatten = x -> x.getFirst().reshape(-1).plus(0);
    rows.add("flattened", Tolerance.SAME_BITS, flatten, general(9, 5, 3, 4));
    Rows.OneResult moved = x -> x.getFirst().permute(1, 3, 0, 2).slice(1, 1, 4, 2).plus(0);
    rows.add("permuted and sliced", Tolerance.SAME_BITS, moved, general(9, 5, 3, 4));
  }

  private static void packed(Rows rows) {
    Rows.OneResult op = x -> x.getFirst().backend().packed(x.getFirst(), x.getFirst().arena());
    rows.add("", Tolerance.SAME_BITS, op, of(Values.SPECIAL, 17));
    rows.addArranged("", Tolerance.SAME_BITS, op, general(5, 3, 17));
    for (int n : Rows.BATCHES) {
      rows.addArranged("", Tolerance.SAME_BITS, op, general(n, 5, 3, 4));
    }
    Rows.OneResult again = x -> op.of(List.of(op.of(x)));
    rows.add("twice", Tolerance.SAME_BITS, again, general(9, 5, 3, 4));
    Rows.OneResult like = x -> op.of(x).fullLike(0.1);
    rows.add("full like it", Tolerance.EXACT, like, general(9, 5, 3, 4));
  }

  private static void assign(Rows rows) {
    Rows.OneResult whole =
        x -> {
          Tensor target = x.getFirst().fullLike(0).contiguous();
          target.assign(x.getFirst());
          return target;
        };
    Rows.OneResult packed =
        x -> {
          Tensor target = x.getFirst().backend().packed(x.getFirst(), x.getFirst().arena());
          target.assign(x.getLast());
          return target;
        };
    rows.add("to packed", Tolerance.SAME_BITS, packed, general(9, 5, 3, 4), general(9, 5, 3, 4));
    rows.add(
        "packed to packed",
        Tolerance.SAME_BITS,
        x ->
            packed.of(
                List.of(
                    x.getFirst(), x.getFirst().backend().packed(x.getLast(), x.getLast().arena()))),
        general(9, 5, 3, 4),
        general(9, 5, 3, 4));
    rows.addArranged("whole", Tolerance.SAME_BITS, whole, general(5, 3, 17));
    rows.add("whole", Tolerance.SAME_BITS, whole, of(Values.INTEGERS, 9));
    rows.add("whole", Tolerance.SAME_BITS, whole, general(9, 5, 3, 4));
    rows.add("whole", Tolerance.SAME_BITS, whole, general());
    rows.add("whole", Tolerance.SAME_BITS, whole, general(0, 3));
    Rows.OneResult part =
        x -> {
          Tensor target = x.getFirst().fullLike(-3).contiguous();
          target.slice(1, 1, 4, 2).transpose().assign(x.getLast());
          return target;
        };
    rows.add("a view", Tolerance.SAME_BITS, part, general(5, 9), general(2, 5));
  }

  private static void concat(Rows rows) {
    Rows.OneResult first = x -> Tensor.concat(0, x);
    Rows.OneResult second = x -> Tensor.concat(1, x);
    rows.add("axis 0", Tolerance.SAME_BITS, first, general(3), general(8), general(0), general(1));
    rows.add("axis 0", Tolerance.SAME_BITS, first, of(Values.INTEGERS, 3), of(Values.INTEGERS, 4));
    rows.addArranged("axis 1", Tolerance.SAME_BITS, second, general(5, 3, 4), general(5, 1, 4));
    rows.add("axis 1", Tolerance.SAME_BITS, second, of(Values.SPECIAL, 7, 17));
    for (int n : Rows.BATCHES) {
      int[] a = {n, 5, 3, 4};
      rows.add("axis 0", Tolerance.SAME_BITS, first, general(a), general(3, 5, 3, 4));
      rows.add("axis 1", Tolerance.SAME_BITS, second, general(a), general(n, 2, 3, 4));
    }
    Rows.OneResult last = x -> Tensor.concat(-1, x);
    rows.add("axis -1", Tolerance.SAME_BITS, last, general(9, 5, 3, 4), general(9, 5, 3, 2));
  }

  private static void pad(Rows rows) {
    Rows.OneResult line = x -> x.getFirst().pad(new int[] {2}, new int[] {3}, -1.5f);
    for (int n : Rows.LENGTHS) {
      rows.add("", Tolerance.SAME_BITS, line, general(n));
    }
    Rows.OneResult box = x -> x.getFirst().pad(new int[] {0, 1, 2}, new int[] {1, 0, 3}, 0);
    rows.addArranged("", Tolerance.SAME_BITS, box, general(5, 3, 4));
    Rows.OneResult ints = x -> x.getFirst().pad(new int[] {1}, new int[] {0}, 4);
    rows.add("", Tolerance.SAME_BITS, ints, of(Values.INTEGERS, 9));
    for (int n : Rows.BATCHES) {
      Rows.OneResult image =
          x -> x.getFirst().pad(new int[] {0, 0, 1, 2}, new int[] {0, 0, 2, 1}, 0);
      Rows.OneResult channels =
          x -> x.getFirst().pad(new int[] {0, 2, 0, 0}, new int[] {0, 3, 0, 0}, 0);
      rows.add("pixels", Tolerance.SAME_BITS, image, general(n, 5, 3, 4));
      rows.add("channels", Tolerance.SAME_BITS, channels, general(n, 5, 3, 4));
    }
    Rows.OneResult batch = x -> x.getFirst().pad(new int[] {3, 0, 0, 0}, new int[] {2, 0, 0, 0}, 7);
    rows.add("batch", Tolerance.SAME_BITS, batch, general(9, 5, 3, 4));
  }

  private static void gather(Rows rows) {
    Rows.OneResult first = x -> x.getFirst().gather(0, x.getLast());
    Rows.OneResult last = x -> x.getFirst().gather(-1, x.getLast());
    Values below = Values.indicesBelow(10);
    for (int n : Rows.LENGTHS) {
      rows.add("axis 0", Tolerance.SAME_BITS, first, general(10), of(below, n));
      rows.add("axis -1", Tolerance.SAME_BITS, last, general(n, 10), of(below, n, 1));
    }
    rows.addArranged("axis -1", Tolerance.SAME_BITS, last, general(5, 10), of(below, 5, 17));
    rows.add("axis 0", Tolerance.SAME_BITS, first, of(Values.SPECIAL, 10, 3), of(below, 4, 3));
    rows.add("axis 0", Tolerance.SAME_BITS, first, general(10, 2, 3, 4), of(below, 9, 2, 3, 4));
    rows.add("axis 0", Tolerance.SAME_BITS, first, of(Values.INTEGERS, 10), of(below, 4));
    Rows.OneResult middle = x -> x.getFirst().gather(1, x.getLast());
    rows.add("axis 1", Tolerance.SAME_BITS, middle, general(3, 10, 5), of(below, 3, 7, 5));
  }

  private static void scatterAdd(Rows rows) {
    Values below = Values.indicesBelow(10);
    Values ties = Values.TIES; // whole numbers: sums are exact in any order
    Rows.OneResult first = x -> x.getFirst().scatterAdd(0, x.getLast(), 10);
    Rows.OneResult last = x -> x.getFirst().scatterAdd(-1, x.getLast(), 10);
    for (int n : Rows.LENGTHS) {
      rows.add("axis 0", Tolerance.EXACT, first, of(ties, n), of(below, n));
      rows.add("axis -1", Tolerance.SAME_BITS, last, general(n, 1), of(below, n, 1));
    }
    rows.add("axis 0", new Tolerance.OfTerms(300), first, general(300), of(below, 300));
    rows.addArranged("axis -1", Tolerance.EXACT, last, of(ties, 5, 17), of(below, 5, 17));
    rows.add("axis 0", Tolerance.EXACT, first, of(ties, 9, 2, 3, 4), of(below, 9, 2, 3, 4));
    Rows.OneResult middle = x -> x.getFirst().scatterAdd(1, x.getLast(), 10);
    rows.add("axis 1", Tolerance.EXACT, middle, of(ties, 3, 7, 5), of(below, 3, 7, 5));
  }
}
