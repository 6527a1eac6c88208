package dev.hone.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.autograd.Tape;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class UpdateRuleTest {
  private static final Backend DOUBLE = ReferenceBackend.float64();

  /** x after each of five steps down f(x) = x^2 / 2, whose gradient is x, from 1 at rate .1. */
  private static <S extends RuleState> double[] downTheParabola(UpdateRule<S> rule) {
    Tensor x = Tensor.scalar(DOUBLE, 1);
    S state = rule.init(x);
    double[] path = new double[5];
    for (int t = 0; t < path.length; t++) {
      x = x.minus(rule.step(state, x, x).times(0.1));
      path[t] = x.toDoubles()[0];
    }
    return path;
  }

  @Test
  void sgdFollowsItsGoldenSequence() {
    assertArrayEquals(
        new double[] {0.9, 0.81, 0.729, 0.6561, 0.59049}, downTheParabola(Sgd.plain()), 1e-9);
  }

  @Test
  void adamFollowsItsGoldenSequence() {
    assertArrayEquals(
        new double[] {0.9000000010, 0.8004122297, 0.7015862745, 0.6039390627, 0.5079636619},
        downTheParabola(new Adam()),
        1e-9);
  }

  @Test
  void adEmaMixFollowsItsGoldenSequence() {
    assertArrayEquals(
        new double[] {0.8999500010, 0.8002626598, 0.7012886179, 0.6034467239, 0.5072331359},
        downTheParabola(new AdEmaMix()),
        1e-9);
  }

  @Test
  void adEmaMixWithoutTheSlowAverageIsAdam() {
    assertArrayEquals(downTheParabola(new Adam()), downTheParabola(new AdEmaMix().withAlpha(0)), 0);
  }

  @Test
  void beta3WarmsUpAlongThePapersFormula() {
    AdEmaMix rule = new AdEmaMix().withWarmUps(0, 100);
    assertEquals(0.99090016, rule.beta3(1), 1e-8);
    assertEquals(0.99900891, rule.beta3(10), 1e-8);
    assertEquals(0.9998002, rule.beta3(50), 1e-8);
    assertEquals(0.99989899, rule.beta3(99), 1e-8);
    assertEquals(0.9999, rule.beta3(100), 1e-12);
    assertEquals(0.9999, rule.beta3(100_000), 0);
  }

  @Test
  void alphaWarmsUpLinearlyAndStays() {
    AdEmaMix rule = new AdEmaMix().withWarmUps(10, 0);
    assertEquals(0.5, rule.alpha(1), 1e-12);
    assertEquals(2.5, rule.alpha(5), 1e-12);
    assertEquals(5, rule.alpha(10), 0);
    assertEquals(5, rule.alpha(11), 0);
  }

  @Test
  void warmUpsReachTheStep() {
    // Step 1 with both warm-ups over 10: alpha .5, beta3(1), so m2 = 1 - beta3(1).
    AdEmaMix rule = new AdEmaMix().withWarmUps(10, 10);
    double m2 = 1 - rule.beta3(1);
    double expected = 1 - 0.1 * (1 + 0.5 * m2) / (1 + 1e-8);
    assertEquals(expected, downTheParabola(rule)[0], 1e-12);
  }

  @Test
  void momentumNesterovAndDampeningFollowPyTorch() {
    // g = 1, 2 with momentum .5, by hand: b = 1, then .5 * 1 + (1 - dampening) * 2.
    assertArrayEquals(new double[] {1, 2.5}, stepsFor(new Sgd(0.5, 0, false), 1, 2), 1e-12);
    assertArrayEquals(new double[] {1.5, 3.25}, stepsFor(new Sgd(0.5, 0, true), 1, 2), 1e-12);
    assertArrayEquals(new double[] {1, 2.0}, stepsFor(new Sgd(0.5, 0.25, false), 1, 2), 1e-12);
  }

  @Test
  void signForgetsTheMagnitude() {
    assertArrayEquals(new double[] {1, -1, 0}, stepsFor(new Sign(), 1e-20, -7, 0), 0);
  }

  private static <S extends RuleState> double[] stepsFor(UpdateRule<S> rule, double... gradients) {
    Tensor x = Tensor.scalar(DOUBLE, 0);
    S state = rule.init(x);
    double[] steps = new double[gradients.length];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = rule.step(state, x, Tensor.scalar(DOUBLE, gradients[i])).toDoubles()[0];
    }
    assertEquals(gradients.length, state.count());
    return steps;
  }

  @Test
  void aStateLivesWhereItsTensorLives() {
    try (var arena = new Arena()) {
      Tensor x = Tensor.zeros(DOUBLE, Shape.of(2)).in(arena);
      new AdEmaMix().init(x).tensors().values().forEach(t -> assertSame(arena, t.arena()));
      new AdEmaMix()
          .init(Tensor.zeros(DOUBLE, Shape.of(2)))
          .tensors()
          .values()
          .forEach(t -> assertNull(t.arena()));
    }
  }

  @Test
  void anOwnedStateOutlivesTheTapesOfItsGradients() {
    outlives(Sgd.nesterov(0.9));
    outlives(new Adam());
    outlives(new AdEmaMix());
  }

  private static <S extends RuleState> void outlives(UpdateRule<S> rule) {
    Tensor x = Tensor.zeros(DOUBLE, Shape.of(3));
    S state = rule.init(x);
    for (int step = 0; step < 2; step++) {
      try (var tape = Tape.record()) {
        Tensor dx = Random.of(DOUBLE, step).normal(Shape.of(3)).in(tape.arena());
        assertSame(tape.arena(), rule.step(state, x, dx.times(1)).arena());
      }
    }
    state.tensors().values().forEach(t -> assertEquals(3, t.toDoubles().length));
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Sgd(0, 0, true));
    assertThrows(IllegalArgumentException.class, () -> new Sgd(1, 0, false));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.9, 1, 1e-8));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.9, 0.999, 0));
    assertThrows(IllegalArgumentException.class, () -> new AdEmaMix().withAlpha(-1));
    assertThrows(IllegalArgumentException.class, () -> new AdEmaMix().withWarmUps(-1, 0));
  }
}
