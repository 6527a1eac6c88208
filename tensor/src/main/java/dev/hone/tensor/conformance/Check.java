package dev.hone.tensor.conformance;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;

/** Runs a row of the table on a backend and compares it with the oracle. */
public final class Check {
  private final OpCase row;
  private final Tolerance tolerance;
  private final List<Tensor> wanted;
  private final List<Tensor> terms;
  private final List<String> problems = new ArrayList<>();
  private Packing packing = Packing.NONE;

  private Check(OpCase row, Tolerance tolerance) {
    this.row = row;
    this.tolerance = tolerance;
    List<Tensor> operands = row.inputsOn(ReferenceBackend.float64());
    wanted = row.apply(operands);
    terms =
        tolerance instanceof Tolerance.OfTerms
            ? row.apply(operands.stream().map(Check::absolute).toList())
            : wanted;
  }

  private static Tensor absolute(Tensor x) {
    return x.dtype() == DType.FLOAT32 ? x.abs() : x;
  }

  /**
   * What is wrong with {@code row} on {@code backend}, one line each: results that differ from the
   * oracle's by more than the row tolerates, operands that were modified, results outside their
   * operands' arena. The row runs once per {@link Packing}.
   */
  public static List<String> problems(OpCase row, Backend backend) {
    return problems(row, row.tolerance(), backend);
  }

  /** The same with a tolerance of the backend's own, for an algorithm that states its error. */
  public static List<String> problems(OpCase row, Tolerance tolerance, Backend backend) {
    var check = new Check(row, tolerance);
    for (Packing packing : Packing.values()) {
      check.packing = packing;
      check.run(backend);
    }
    return check.problems;
  }

  private void run(Backend backend) {
    try (var arena = new Arena()) {
      List<Tensor> plain = row.inputsOn(backend).stream().map(x -> x.in(arena)).toList();
      List<Tensor> operands = packing.pack(row, plain);
      if (operands.isEmpty()) {
        return;
      }
      List<double[]> before = operands.stream().map(Tensor::toDoubles).toList();
      List<Tensor> results = row.apply(operands);
      unmodified(operands, before);
      compare(results);
      arena.close();
      results.forEach(r -> gone(r, arena));
    }
  }

  private void problem(String problem) {
    problems.add(row + (packing == Packing.NONE ? "" : ", packed " + packing) + ": " + problem);
  }

  private void unmodified(List<Tensor> operands, List<double[]> before) {
    for (int i = 0; i < operands.size(); i++) {
      if (!java.util.Arrays.equals(before.get(i), operands.get(i).toDoubles())) {
        problem("operand " + i + " was modified");
      }
    }
  }

  private void gone(Tensor result, Arena arena) {
    if (result.arena() != arena) {
      problem("a result is not in its operands' arena");
      return;
    }
    try {
      result.toDoubles();
      problem("a result outlived its arena: reading it must throw");
    } catch (IllegalStateException expected) {
      // as it must be
    }
  }

  private void compare(List<Tensor> results) {
    if (wanted.size() != results.size()) {
      problem("got " + results.size() + " results instead of " + wanted.size());
      return;
    }
    for (int i = 0; i < results.size(); i++) {
      compare(i, results.get(i), wanted.get(i), terms.get(i));
    }
  }

  private void compare(int result, Tensor got, Tensor want, Tensor terms) {
    if (got.dtype() != want.dtype() || !got.shape().equals(want.shape())) {
      problem(
          "result "
              + result
              + " is "
              + got.dtype()
              + " "
              + got.shape()
              + " instead of "
              + want.dtype()
              + " "
              + want.shape());
      return;
    }
    double[] g = got.toDoubles();
    double[] w = want.toDoubles();
    double[] t = terms.toDoubles();
    double largest = 0;
    for (double v : w) {
      largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
    }
    int wrong = 0;
    String first = "";
    for (int e = 0; e < w.length; e++) {
      if (!tolerance.accepts(w[e], g[e], t[e], largest)) {
        first = wrong++ == 0 ? "element " + e + " is " + g[e] + " instead of " + w[e] : first;
      }
    }
    if (wrong > 0) {
      problem(
          "result "
              + result
              + ": "
              + wrong
              + " of "
              + w.length
              + " elements are off, "
              + tolerance
              + "; "
              + first);
    }
  }
}
