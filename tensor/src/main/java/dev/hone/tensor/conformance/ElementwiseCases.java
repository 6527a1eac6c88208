package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Rows of unary, binary, clamp, where and cast. */
final class ElementwiseCases {
  private static final Set<Binary> ON_INTEGERS =
      EnumSet.complementOf(EnumSet.of(Binary.DIVIDED_BY, Binary.POW, Binary.WHERE_POSITIVE));

  private ElementwiseCases() {}

  static void addTo(List<OpCase> rows) {
    for (Unary f : Unary.values()) {
      unary(new Rows(rows, "unary"), f);
    }
    for (Binary f : Binary.values()) {
      binary(new Rows(rows, "binary"), f);
    }
    clamp(new Rows(rows, "clamp"));
    where(new Rows(rows, "where"));
    cast(new Rows(rows, "cast"));
  }

  /** Polynomials of a few terms; the rest is one correctly rounded operation or none. */
  private static Tolerance tolerance(Unary f) {
    return switch (f) {
      case EXP, LOG -> new Tolerance.Ulps(4);
      case TANH, SIGMOID -> new Tolerance.Ulps(8);
      case NEGATE, SQRT, RECIPROCAL, RELU, ABS, SIGN -> Tolerance.EXACT;
    };
  }

  private static Values domain(Unary f) {
    return switch (f) {
      case LOG, SQRT -> Values.POSITIVE;
      case RECIPROCAL -> Values.AWAY_FROM_KINKS;
      case NEGATE, EXP, TANH, SIGMOID, RELU, ABS, SIGN -> Values.GENERAL;
    };
  }

  private static void unary(Rows rows, Unary f) {
    Rows.OneResult op = x -> x.getFirst().backend().unary(f, x.getFirst());
    Values domain = domain(f);
    Tolerance tolerance = tolerance(f);
    rows.add(f.label(), tolerance, op, of(domain));
    for (int n : Rows.LENGTHS) {
      rows.add(f.label(), tolerance, op, of(domain, n));
    }
    for (int n : Rows.BATCHES) {
      rows.add(f.label(), tolerance, op, of(domain, n, 5, 3, 4));
    }
    rows.addArranged(f.label(), tolerance, op, of(domain, 5, 3, 17));
    rows.add(f.label(), tolerance, op, of(domain, 2, 1, 3, 2, 1, 5));
    rows.add(f.label(), tolerance, op, of(domain, 3, 0, 2));
    for (Values values : List.of(Values.SPECIAL, Values.WIDE, Values.TINY, Values.TIES)) {
      rows.add(f.label(), tolerance, op, of(values, 130));
    }
  }

  private static Tolerance tolerance(Binary f) {
    // pow in float32 through exp(b log a) multiplies log's error by |b log a|.
    return f == Binary.POW ? new Tolerance.Ulps(16) : Tolerance.EXACT;
  }

  private static void binary(Rows rows, Binary f) {
    Rows.OneResult op =
        x -> {
          Tensor a = x.getFirst();
          Tensor b = x.getLast();
          return a.backend().binary(f, a, b, Shape.broadcast(f.label(), a.shape(), b.shape()));
        };
    Tolerance tolerance = tolerance(f);
    Values left = f == Binary.POW ? Values.POSITIVE : Values.GENERAL;
    for (int n : Rows.LENGTHS) {
      rows.add(f.label(), tolerance, op, of(left, n), general(n));
    }
    rows.add(f.label(), tolerance, op, of(left), general());
    rows.add(f.label(), tolerance, op, of(left, 33), general());
    rows.add(f.label(), tolerance, op, of(left), general(5, 9));
    rows.add(f.label(), tolerance, op, of(left, 7, 9), general(9));
    rows.add(f.label(), tolerance, op, of(left, 7, 17), general(7, 1));
    rows.add(f.label(), tolerance, op, of(left, 7, 1), general(1, 9));
    rows.add(f.label(), tolerance, op, of(left, 0, 3), general(3));
    rows.add(f.label(), tolerance, op, of(left, 3, 1, 5, 1, 2, 1), general(1, 2, 1, 4, 1, 3));
    for (int n : Rows.BATCHES) {
      rows.add(f.label(), tolerance, op, of(left, n, 5, 3, 4), general(n, 5, 3, 4));
      rows.add(f.label(), tolerance, op, of(left, n, 5, 3, 4), general(1, 5, 1, 1));
      rows.add(f.label(), tolerance, op, of(left, n, 5, 3, 4), general(n, 1, 1, 1));
    }
    rows.add(f.label(), tolerance, op, of(left, 9, 5, 3, 4), general(5, 3, 4));
    rows.add(f.label(), tolerance, op, of(left, 1, 5, 3, 4), general(9, 5, 3, 4));
    rows.add(f.label(), tolerance, op, of(left, 9, 5, 3, 4), general(9, 5, 1, 1));
    rows.add(f.label(), tolerance, op, of(left, 9, 5, 3, 4), general());
    rows.add(f.label(), tolerance, op, of(left), general(9, 5, 3, 4));
    rows.addArranged(f.label(), tolerance, op, of(left, 5, 3, 17), general(5, 3, 17));
    rows.addArranged(f.label(), tolerance, op, of(left, 5, 3, 17), general(3, 1));
    if (f == Binary.POW) {
      rows.add("whole exponents", tolerance, op, general(40), of(Values.TIES, 40));
      rows.add("of zero", tolerance, op, of(Values.TIES, 40), of(Values.POSITIVE, 40));
    } else {
      rows.add(f.label(), tolerance, op, of(Values.TIES, 40), of(Values.TIES, 40));
      rows.add(f.label(), tolerance, op, of(Values.SPECIAL, 13, 1), of(Values.SPECIAL, 40));
    }
    if (ON_INTEGERS.contains(f)) {
      rows.add(f.label(), tolerance, op, of(Values.INTEGERS, 33), of(Values.INTEGERS, 33));
      rows.add(
          f.label(),
          tolerance,
          op,
          of(Values.indicesBelow(4), 5, 9),
          of(Values.indicesBelow(4), 9));
    }
  }

  private static void clamp(Rows rows) {
    Rows.OneResult op = x -> x.getFirst().clamp(-0.5f, 1.25f);
    for (int n : Rows.LENGTHS) {
      rows.add("", Tolerance.EXACT, op, general(n));
    }
    for (int n : Rows.BATCHES) {
      rows.add("", Tolerance.EXACT, op, general(n, 5, 3, 4));
    }
    rows.addArranged("", Tolerance.EXACT, op, general(5, 3, 17));
    rows.add("", Tolerance.EXACT, op, of(Values.SPECIAL, 60));
    rows.add(
        "one sided",
        Tolerance.EXACT,
        x -> x.getFirst().clamp(0, Float.POSITIVE_INFINITY),
        of(Values.SPECIAL, 60));
  }

  private static void where(Rows rows) {
    Rows.OneResult op = x -> Tensor.where(x.get(0), x.get(1), x.get(2));
    Values mask = Values.mask();
    for (int n : Rows.LENGTHS) {
      rows.add("", Tolerance.EXACT, op, of(mask, n), general(n), general(n));
    }
    rows.addArranged("", Tolerance.EXACT, op, of(mask, 5, 17), general(5, 17), general(5, 17));
    rows.add("", Tolerance.EXACT, op, of(mask, 5, 1), general(9), general(3, 1, 1));
    rows.add("", Tolerance.EXACT, op, of(mask, 33), general(), of(Values.SPECIAL, 33));
    rows.add("", Tolerance.EXACT, op, of(Values.SPECIAL, 33), general(33), general(33));
    Values ints = Values.INTEGERS;
    rows.add("", Tolerance.EXACT, op, of(mask, 9), of(ints, 9), of(ints, 9));
    rows.add("", Tolerance.EXACT, op, of(Values.indicesBelow(2), 9), general(9), general(9));
    for (int n : Rows.BATCHES) {
      int[] x = {n, 5, 3, 4};
      rows.add("", Tolerance.EXACT, op, of(mask, x), general(x), general(x));
      rows.add("", Tolerance.EXACT, op, of(mask, n, 1, 1, 1), general(x), general(1, 5, 1, 1));
    }
  }

  private static void cast(Rows rows) {
    Rows.OneResult toInt = x -> x.getFirst().cast(DType.INT32);
    Rows.OneResult toFloat = x -> x.getFirst().cast(DType.FLOAT32);
    rows.addArranged("to int", Tolerance.EXACT, toInt, of(Values.WIDE, 5, 17));
    rows.add("to int", Tolerance.EXACT, toInt, of(Values.SPECIAL, 40));
    rows.add("to int", Tolerance.EXACT, toInt, of(Values.WIDE, 9, 2, 3, 3));
    rows.add("to int", Tolerance.EXACT, toInt, general(0));
    rows.addArranged("to float", Tolerance.EXACT, toFloat, of(Values.INTEGERS, 5, 17));
    rows.add("to float", Tolerance.EXACT, toFloat, of(Values.INTEGERS));
  }
}
