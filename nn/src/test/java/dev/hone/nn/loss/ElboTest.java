package dev.hone.nn.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.GradientCheck;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Variational;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElboTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private static final Backend FLOATS = ReferenceBackend.float32();

  static List<Reconstruction> reconstructions() {
    return List.of(
        new Reconstruction.Bernoulli(),
        new Reconstruction.Gaussian(0.3),
        new Reconstruction.Laplace(0.2));
  }

  private static Tensor row(Backend backend, double... values) {
    return Tensor.ofDoubles(backend, Shape.of(1, values.length), values);
  }

  private static double value(Reconstruction r, Backend backend, double logit, double x) {
    try (var tape = Tape.inference()) {
      Variable l = tape.constant(row(backend, logit));
      return r.none(l, row(backend, x)).value().toDoubles()[0];
    }
  }

  // ---- the divergence ----

  @ParameterizedTest
  @CsvSource({"0, 1", "1.5, 1", "0, 0.2", "-0.7, 0.4", "2, 3", "0.1, 0.02"})
  void theDivergenceIsTheIntegralOfItsDefinition(double mean, double deviation) {
    DoubleUnaryOperator q =
        z ->
            Math.exp(-0.5 * Math.pow((z - mean) / deviation, 2))
                / (deviation * Math.sqrt(2 * Math.PI));
    DoubleUnaryOperator logRatio =
        z -> -0.5 * Math.pow((z - mean) / deviation, 2) - Math.log(deviation) + 0.5 * z * z;
    double integral =
        integral(
            z -> q.applyAsDouble(z) * logRatio.applyAsDouble(z),
            mean - 12 * deviation,
            mean + 12 * deviation);
    try (var tape = Tape.inference()) {
      Variable m = tape.constant(row(ORACLE, mean));
      Variable v = tape.constant(row(ORACLE, 2 * Math.log(deviation)));
      assertEquals(integral, Elbo.divergence(m, v).value().toDoubles()[0], 1e-9);
    }
  }

  /** Simpson's rule. */
  private static double integral(DoubleUnaryOperator f, double from, double to) {
    int n = 4000;
    double h = (to - from) / n;
    double sum = f.applyAsDouble(from) + f.applyAsDouble(to);
    for (int i = 1; i < n; i++) {
      sum += (i % 2 == 1 ? 4 : 2) * f.applyAsDouble(from + i * h);
    }
    return sum * h / 3;
  }

  // ---- reconstructions ----

  @Test
  void bernoulliIsTheCrossEntropyOfTheSigmoid() {
    double p = 1 / (1 + Math.exp(-0.8));
    double expected = -(0.3 * Math.log(p) + 0.7 * Math.log(1 - p));
    assertEquals(expected, value(new Reconstruction.Bernoulli(), ORACLE, 0.8, 0.3), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e30, -2000, -88, 0, 88, 2000, 1e30})
  void bernoulliIsStableAtExtremeLogits(double logit) {
    var bernoulli = new Reconstruction.Bernoulli();
    // The right answer costs nothing, the wrong one as much as the logit is large.
    double cost = Math.abs(logit);
    boolean up = logit > 0;
    double tail = logit == 0 ? Math.log(2) : 0;
    assertEquals(tail, value(bernoulli, FLOATS, logit, up ? 1 : 0), 1e-6);
    assertEquals(cost + tail, value(bernoulli, FLOATS, logit, up ? 0 : 1), 1e-6 * (1 + cost));
    try (var tape = Tape.record()) {
      Variable l = tape.watch(row(FLOATS, logit));
      Variable loss = bernoulli.none(l, row(FLOATS, 0.25)).sum();
      double sigmoid = logit == 0 ? 0.5 : up ? 1 : 0;
      assertEquals(sigmoid - 0.25, tape.gradients(loss, l).get(l).toDoubles()[0], 1e-6);
    }
  }

  @Test
  void gaussianAndLaplaceAreDensities() {
    double m = 1 / (1 + Math.exp(-0.4));
    for (Reconstruction r :
        List.of(new Reconstruction.Gaussian(0.1), new Reconstruction.Laplace(0.05))) {
      // In two parts, since Laplace's density has a kink at m.
      DoubleUnaryOperator density = x -> Math.exp(-value(r, ORACLE, 0.4, x));
      double mass = integral(density, m - 2, m) + integral(density, m, m + 2);
      assertEquals(1, mass, 1e-6, r::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("reconstructions")
  void theBestDecoderIsTheImageItself(Reconstruction r) {
    double at = Math.log(0.3 / 0.7);
    double best = value(r, ORACLE, at, 0.3);
    for (double off : new double[] {-0.5, -0.01, 0.01, 0.5}) {
      assertTrue(value(r, ORACLE, at + off, 0.3) > best, () -> r + " at " + off);
    }
  }

  // ---- the whole ----

  @ParameterizedTest
  @MethodSource("reconstructions")
  void gradientsMatchCentralDifferences(Reconstruction r) {
    Random random = Random.of(ORACLE, 5);
    Tensor x = random.uniform(Shape.of(3, 1, 2, 2));
    Tensor output = random.normal(Shape.of(3, 4 + 2 * 2));
    GradientCheck.check(v -> new Elbo(r, 0.7).to(x).of(v.getFirst()), List.of(output), 5);
  }

  @Test
  void aSampleIsItsReconstructionAndBetaTimesItsDivergence() {
    Random random = Random.of(ORACLE, 6);
    Tensor x = random.uniform(Shape.of(5, 1, 2, 2));
    Tensor output = random.normal(Shape.of(5, 4 + 2 * 3));
    var elbo = new Elbo(new Reconstruction.Bernoulli(), 4);
    try (var tape = Tape.inference()) {
      Variable y = tape.constant(output);
      Elbo.Terms terms = elbo.terms(y, x);
      double[] r = terms.reconstruction().value().toDoubles();
      double[] d = terms.divergence().value().toDoubles();
      double[] whole = elbo.to(x).of(y).value().toDoubles();
      for (int i = 0; i < 5; i++) {
        assertEquals(r[i] + 4 * d[i], whole[i], 1e-12);
      }
      PerSampleLoss part = elbo.to(x).part(2, 4).orElseThrow();
      double[] cut = part.of(y.slice(0, 2, 4)).value().toDoubles();
      assertArrayEquals(new double[] {whole[2], whole[3]}, cut);
    }
  }

  @Test
  void thePackedPartsComeApartAsTheyWere() {
    Random random = Random.of(ORACLE, 7);
    try (var tape = Tape.inference()) {
      var parts =
          new Variational(
              tape.constant(random.normal(Shape.of(2, 6))),
              tape.constant(random.normal(Shape.of(2, 3))),
              tape.constant(random.normal(Shape.of(2, 3))));
      Variational again = Variational.of(parts.packed(), 6);
      for (int i = 0; i < 3; i++) {
        Variable a = List.of(parts.logits(), parts.mean(), parts.logVariance()).get(i);
        Variable b = List.of(again.logits(), again.mean(), again.logVariance()).get(i);
        assertArrayEquals(a.value().toDoubles(), b.value().toDoubles());
      }
    }
  }

  @Test
  void wrongShapesAndSettingsAreRefused() {
    var elbo = new Elbo(new Reconstruction.Bernoulli(), 1);
    try (var tape = Tape.inference()) {
      Variable y = tape.constant(Tensor.zeros(ORACLE, Shape.of(2, 4)));
      var e =
          assertThrows(
              ShapeException.class,
              () -> elbo.to(Tensor.zeros(ORACLE, Shape.of(2, 1, 2, 2))).of(y));
      assertTrue(String.valueOf(e.getMessage()).contains("differ in size"), e::getMessage);
      assertThrows(ShapeException.class, () -> elbo.to(Tensor.zeros(ORACLE, Shape.of(3, 2))).of(y));
    }
    assertThrows(IllegalArgumentException.class, () -> new Elbo(elbo.reconstruction(), -1));
    assertThrows(IllegalArgumentException.class, () -> new Reconstruction.Gaussian(0));
    assertThrows(IllegalArgumentException.class, () -> new Reconstruction.Laplace(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Beta(1, -1));
  }

  @Test
  void betaRisesInAStraightLine() {
    var beta = new Beta(4, 2);
    assertEquals(0, beta.after(0));
    assertEquals(1, beta.after(0.5));
    assertEquals(4, beta.after(2));
    assertEquals(4, beta.after(9));
    assertEquals(4, new Beta(4, 0).after(0));
  }
}
