package dev.hone.tensor.conformance;

import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows of one op while they are being listed. */
final class Rows {
  /** Below, at and above 4, 8 and 16 lanes, and enough for several rounds with a rest. */
  static final List<Integer> LENGTHS = List.of(0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000);

  /** Images in a batch: below, at and above 8 and 16 lanes. */
  static final List<Integer> BATCHES = List.of(1, 3, 7, 8, 9, 16, 17);

  private final List<OpCase> rows;
  private final String op;

  Rows(List<OpCase> rows, String op) {
    this.rows = rows;
    this.op = op;
  }

  /** A row whose function has one result. */
  void add(String variant, Tolerance tolerance, OneResult function, Input... inputs) {
    addAll(variant, tolerance, x -> List.of(function.of(x)), inputs);
  }

  /** A row whose function has several results. */
  void addAll(
      String variant, Tolerance tolerance, UnaryOperator<List<Tensor>> function, Input... inputs) {
    rows.add(new OpCase(op, variant, List.of(inputs), tolerance, function));
  }

  /** The row as given, and once with all inputs in each other arrangement. */
  void addArranged(String variant, Tolerance tolerance, OneResult function, Input... inputs) {
    for (Arrangement arrangement : Arrangement.values()) {
      var arranged = new ArrayList<Input>();
      for (Input input : inputs) {
        arranged.add(input.as(arrangement));
      }
      add(variant, tolerance, function, arranged.toArray(Input[]::new));
    }
  }

  interface OneResult {
    Tensor of(List<Tensor> x);
  }
}
