package dev.hone.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.nn.Parameter;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final Backend DOUBLE = ReferenceBackend.float64();

  /** y = x * weight + bias, elementwise: the gradient of sum(y) is x for the weight, 1 for bias. */
  private static final class Line extends Block {
    final Parameter weight =
        parameter("weight", Tensor.ofDoubles(DOUBLE, Shape.of(2), 1, -2), true);
    final Parameter bias = parameter("bias", Tensor.ofDoubles(DOUBLE, Shape.of(2), 0.5, 3), false);

    @Override
    protected Variable forward(Variable x, Mode mode) {
      return x.times(weight.on(x.tape())).plus(bias.on(x.tape()));
    }
  }

  private static Tensor x(double... values) {
    return Tensor.ofDoubles(DOUBLE, Shape.of(2), values);
  }

  private static void step(Line line, Optimizer optimizer, double rate, double... x) {
    try (var tape = Tape.record()) {
      Variable loss = line.apply(tape.constant(x(x))).sum();
      optimizer.step(tape.gradients(loss, optimizer.targets(tape)), tape, rate);
    }
  }

  private static double[] weightAfter(Optimizer.Settings settings, double... x) {
    var line = new Line();
    step(line, Optimizer.of(line, settings), 0.1, x);
    return line.weight.value().toDoubles();
  }

  private static Optimizer.Settings sgd(WeightDecay decay) {
    return Optimizer.Settings.of(Sgd.plain(), decay);
  }

  @Test
  void stepsAgainstTheGradient() {
    assertArrayEquals(
        new double[] {1 - 0.3, -2 - 0.4}, weightAfter(sgd(WeightDecay.none()), 3, 4), 1e-12);
  }

  @Test
  void coupledDecayGoesThroughTheRuleAndDecoupledPastIt() {
    // Sign makes the difference plain: sign(-.1 + .5 * 1) = +1, sign(-.1) = -1.
    var coupled = Optimizer.Settings.of(new Sign(), WeightDecay.coupled(0.5));
    assertArrayEquals(new double[] {0.9, -1.9}, weightAfter(coupled, -0.1, -0.1), 1e-12);
    var decoupled = Optimizer.Settings.of(new Sign(), WeightDecay.decoupled(0.5));
    assertArrayEquals(
        new double[] {1 - 0.1 * (-1 + 0.5), -2 - 0.1 * (-1 - 1)},
        weightAfter(decoupled, -0.1, -0.1),
        1e-12);
  }

  @Test
  void namedRecipesDecayAsTheirPapersSay() {
    assertEquals(WeightDecay.Coupling.COUPLED, Optimizer.Settings.adam(0.1).decay().coupling());
    assertEquals(
        WeightDecay.Coupling.COUPLED, Optimizer.Settings.sgdNesterov(0.9, 5e-4).decay().coupling());
    assertEquals(WeightDecay.Coupling.DECOUPLED, Optimizer.Settings.adamW(0.1).decay().coupling());
    assertEquals(
        WeightDecay.Coupling.DECOUPLED, Optimizer.Settings.adEmaMix(0.1).decay().coupling());
  }

  @Test
  void decayPullsAllParametersOrWeightsOnly() {
    var all = new Line();
    step(all, Optimizer.of(all, sgd(WeightDecay.coupled(0.5))), 0.1, 0, 0);
    assertArrayEquals(
        new double[] {0.5 - 0.1 * (1 + 0.25), 3 - 0.1 * (1 + 1.5)},
        all.bias.value().toDoubles(),
        1e-12);

    var weights = new Line();
    var decay = WeightDecay.coupled(0.5).withScope(WeightDecay.Scope.WEIGHTS_ONLY);
    step(weights, Optimizer.of(weights, sgd(decay)), 0.1, 0, 0);
    assertArrayEquals(new double[] {0.4, 2.9}, weights.bias.value().toDoubles(), 1e-12);
    assertArrayEquals(new double[] {0.95, -1.9}, weights.weight.value().toDoubles(), 1e-12);
  }

  @Test
  void clipsTheGlobalNorm() {
    // Gradients: weight (3, 0), bias (1, 1): norm sqrt(11).
    var settings = sgd(WeightDecay.none()).withClipping(Clipping.byNorm(1));
    double factor = 1 / (Math.sqrt(11) + 1e-6);
    assertArrayEquals(new double[] {1 - 0.3 * factor, -2}, weightAfter(settings, 3, 0), 1e-12);
    var loose = sgd(WeightDecay.none()).withClipping(Clipping.byNorm(4));
    assertArrayEquals(new double[] {0.7, -2}, weightAfter(loose, 3, 0), 1e-12);
  }

  @Test
  void clipsEachValue() {
    var settings = sgd(WeightDecay.none()).withClipping(Clipping.byValue(2));
    assertArrayEquals(new double[] {0.8, -1.8}, weightAfter(settings, 30, -40), 1e-12);
  }

  @Test
  void aNonFiniteGradientNamesTheParameterAndMovesNothing() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      var line = new Line();
      Optimizer optimizer = Optimizer.of(line, Optimizer.Settings.adam(0));
      step(line, optimizer, 0.1, 1, 1);
      double[] bias = line.bias.value().toDoubles();
      double[] weight = line.weight.value().toDoubles();
      var thrown = assertThrows(NonFiniteException.class, () -> step(line, optimizer, 0.1, bad, 1));
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains("gradient of weight"), message);
      assertTrue(message.contains("step 1"), message);
      assertArrayEquals(bias, line.bias.value().toDoubles());
      assertArrayEquals(weight, line.weight.value().toDoubles());
      assertEquals(1, optimizer.steps());
    }
  }

  @Test
  void aRestoredOptimizerGoesOnBitForBit() {
    for (UpdateRule<?> rule :
        java.util.List.of(Sgd.nesterov(0.9), new Sign(), new Adam(), new AdEmaMix())) {
      var settings = Optimizer.Settings.of(rule, WeightDecay.decoupled(0.1));
      var straight = new Line();
      Optimizer whole = Optimizer.of(straight, settings);
      step(straight, whole, 0.1, 1, 2);
      step(straight, whole, 0.1, 3, -1);
      Map<String, Tensor> saved = new LinkedHashMap<>();
      whole.state().forEach((n, t) -> saved.put(n, t.keep()));

      var resumed = new Line();
      resumed.weight.value().assign(straight.weight.value());
      resumed.bias.value().assign(straight.bias.value());
      Optimizer second = Optimizer.of(resumed, settings);
      second.restore(saved, whole.steps());
      step(straight, whole, 0.1, 0.5, 4);
      step(resumed, second, 0.1, 0.5, 4);
      assertArrayEquals(
          straight.weight.value().toDoubles(), resumed.weight.value().toDoubles(), rule + "");
      assertEquals(3, second.steps());
    }
  }

  @Test
  void aForeignStateIsRefusedWithAllItsFaults() {
    Optimizer optimizer = Optimizer.of(new Line(), Optimizer.Settings.adam(0));
    Map<String, Tensor> saved = new LinkedHashMap<>(optimizer.state());
    saved.remove("bias/m");
    saved.put("weight/v", Tensor.scalar(DOUBLE, 1));
    saved.put("head/m", Tensor.scalar(DOUBLE, 1));
    var thrown = assertThrows(IllegalArgumentException.class, () -> optimizer.restore(saved, 1));
    assertEquals(
        "optimizer: the saved state does not fit the model and the rule: bias/m is missing,"
            + " head/m is unknown, weight/v has shape [] instead of [2]",
        thrown.getMessage());
  }

  @Test
  void stateAndWeightsAreOwned() {
    var line = new Line();
    Optimizer optimizer = Optimizer.of(line, Optimizer.Settings.adEmaMix(0.1));
    step(line, optimizer, 0.1, 1, 2);
    optimizer.state().values().forEach(t -> assertNull(t.arena()));
    assertNull(line.weight.value().arena());
    optimizer.state().values().forEach(t -> assertEquals(2, t.toDoubles().length));
  }
}
