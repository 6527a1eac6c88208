package dev.hone.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Checks a gradient by random projection, as JAX's {@code check_vjp} does: for a random direction v
 * of each input and a random cotangent u, {@code <u, J v>} by central differences must equal {@code
 * <vjp(u), v>}. Two evaluations per input, whatever its size. Meant for the double-precision
 * oracle.
 */
public final class GradientCheck {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-6;

  private GradientCheck() {}

  /** Checks {@code function}'s gradient with respect to each float input at {@code inputs}. */
  public static void check(
      Function<List<Variable>, Variable> function, List<Tensor> inputs, long seed) {
    try (var tape = Tape.record()) {
      List<Variable> x = inputs.stream().map(tape::watch).toList();
      check(function, inputs, x, function.apply(x), seed);
    }
  }

  private static void check(
      Function<List<Variable>, Variable> function,
      List<Tensor> inputs,
      List<Variable> x,
      Variable y,
      long seed) {
    Tensor u = direction(y.value(), seed);
    List<Variable> targets =
        x.stream().filter(v -> v.value().dtype() == DType.FLOAT32 && v.isTracked()).toList();
    Gradients all = y.tape().vjp(y, u, targets);
    for (int i = 0; i < inputs.size(); i++) {
      if (!targets.contains(x.get(i))) {
        continue;
      }
      Tensor v = direction(inputs.get(i), seed + 1 + i);
      double analytic = dot(all.get(x.get(i)), v);
      double numeric =
          (evaluate(function, inputs, i, v, u, STEP) - evaluate(function, inputs, i, v, u, -STEP))
              / (2 * STEP);
      double scale = Math.max(1, Math.sqrt(inputs.get(i).shape().size()));
      assertEquals(
          numeric,
          analytic,
          TOLERANCE * scale * Math.max(1, Math.abs(numeric)),
          "input " + i + " of shape " + inputs.get(i).shape() + ", seed " + seed);
      // Pruning changes what is computed, never its value.
      Gradients alone = y.tape().vjp(y, u, Set.of(x.get(i)));
      assertEquals(
          List.of(boxed(all.get(x.get(i)))),
          List.of(boxed(alone.get(x.get(i)))),
          "pruned gradient");
    }
    assertTrue(!targets.isEmpty(), "nothing to differentiate");
  }

  private static List<Double> boxed(Tensor t) {
    return java.util.Arrays.stream(t.toDoubles()).boxed().toList();
  }

  private static double evaluate(
      Function<List<Variable>, Variable> function,
      List<Tensor> inputs,
      int moved,
      Tensor v,
      Tensor u,
      double step) {
    try (var tape = Tape.record()) {
      var x = new ArrayList<Variable>();
      for (int i = 0; i < inputs.size(); i++) {
        Tensor t = inputs.get(i);
        x.add(tape.watch(i == moved ? t.plus(v.times(step)) : t));
      }
      return dot(function.apply(x).value(), u);
    }
  }

  private static Tensor direction(Tensor like, long seed) {
    var philox = new Philox(seed, 99);
    double[] v = new double[like.shape().size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = 2 * philox.uniform(i) - 1;
    }
    return like.backend().fromDoubles(Shape.of(like.shape().dims()), DType.FLOAT32, v);
  }

  private static double dot(Tensor a, Tensor b) {
    double[] x = a.toDoubles();
    double[] y = b.toDoubles();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
