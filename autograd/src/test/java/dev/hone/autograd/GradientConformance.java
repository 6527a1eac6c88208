package dev.hone.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BackendProvider.Availability;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend's outputs and gradients against the oracle's; subclass once per backend. */
public abstract class GradientConformance {
  private final BackendProvider provider;
  private Backend backend;

  protected GradientConformance(BackendProvider provider) {
    this.provider = provider;
    this.backend = ReferenceBackend.float64();
  }

  @BeforeEach
  void requireBackend() {
    switch (provider.probe()) {
      case Availability.Available(Backend b) -> backend = b;
      case Availability.Unavailable(String reason) -> {
        if (Boolean.getBoolean("conformance.required")) {
          fail(reason);
        }
        abort(reason);
      }
    }
  }

  static List<OpCases.Case> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheOracle(OpCases.Case c) {
    List<Tensor> expected = run(c, ReferenceBackend.float64());
    List<Tensor> actual = run(c, backend);
    for (int i = 0; i < expected.size(); i++) {
      close(i == 0 ? "y" : "gradient " + i, expected.get(i), actual.get(i));
    }
  }

  /**
   * y, and the gradients of sum(u * y) with respect to each float input, with u drawn at random:
   * sum(y * y) would be blind, as batch norm keeps it constant.
   */
  private static List<Tensor> run(OpCases.Case c, Backend on) {
    try (var tape = Tape.record()) {
      var x = new ArrayList<Variable>();
      for (OpCases.Input input : c.inputs()) {
        x.add(tape.watch(input.on(on, 1 + x.size())));
      }
      Variable y = c.function().apply(x);
      List<Variable> targets = x.stream().filter(v -> v.value().dtype() == DType.FLOAT32).toList();
      Tensor u = new OpCases.Input(y.shape(), OpCases.Values.GENERAL).on(on, 77);
      var results = new ArrayList<Tensor>(List.of(y.value().keep()));
      Gradients g = tape.vjp(y, u, targets);
      for (Variable v : targets) {
        results.add(g.get(v).keep());
      }
      return results;
    }
  }

  private static void close(String what, Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape(), what);
    double[] e = expected.toDoubles();
    double[] a = actual.toDoubles();
    double largest = 1e-6;
    for (double v : e) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < e.length; i++) {
      // Relative to the tensor's largest value: sums cancel, and float32 has 2^-24.
      assertTrue(
          Math.abs(e[i] - a[i]) <= 2e-5 * largest,
          what + " at " + i + ": expected " + e[i] + ", got " + a[i] + ", largest " + largest);
    }
  }
}
