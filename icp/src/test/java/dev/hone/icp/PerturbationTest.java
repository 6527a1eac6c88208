package dev.hone.icp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.nn.Normalization;
import dev.hone.nn.Sequential;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PerturbationTest {
  private static final Backend DOUBLE = ReferenceBackend.float64();
  private static final Block IDENTITY = new Identity();

  /** sum x^2 / 2 of each sample {@code [N, D]}: its gradient is x. */
  private static final PerSampleLoss PARABOLA = y -> y.square().sum(1).times(0.5);

  private static final class Identity extends Block {
    @Override
    protected Variable forward(Variable x, Mode mode) {
      return x.times(1);
    }
  }

  private static Tensor rows(int n, double... values) {
    return Tensor.ofDoubles(DOUBLE, Shape.of(n, values.length / n), values);
  }

  private static double[] run(Perturbation p, Tensor x) {
    return p.apply(IDENTITY, PARABOLA, x).toDoubles();
  }

  private static double fromOne(Perturbation p, int steps) {
    return run(p.steps(steps), rows(1, 1))[0];
  }

  // ---- rules and directions ----

  @Test
  void everyRuleFollowsItsGoldenSequence() {
    double[] sgd = {0.9, 0.81, 0.729, 0.6561, 0.59049};
    double[] adam = {0.9000000010, 0.8004122297, 0.7015862745, 0.6039390627, 0.5079636619};
    double[] ademamix = {0.8999500010, 0.8002626598, 0.7012886179, 0.6034467239, 0.5072331359};
    for (int t = 1; t <= 5; t++) {
      assertEquals(sgd[t - 1], fromOne(Perturbation.sgd(0.1), t), 1e-9);
      assertEquals(1 - 0.1 * t, fromOne(Perturbation.sign(0.1), t), 1e-9);
      assertEquals(adam[t - 1], fromOne(Perturbation.adam(0.1), t), 1e-9);
      assertEquals(ademamix[t - 1], fromOne(Perturbation.adEmaMix(0.1), t), 1e-9);
    }
  }

  @Test
  void defaultsAreTheMethods() {
    assertEquals(0.2, Perturbation.sgd().eps());
    assertEquals(0.002, Perturbation.sign().eps());
    assertEquals(0.002, Perturbation.adam().eps());
    assertEquals(0.002, Perturbation.adEmaMix().eps());
    assertEquals(5, Perturbation.adam().steps());
    assertEquals(BatchNormMode.EVAL, Perturbation.adam().batchNorm());
    assertEquals(Direction.CONSTRUCTIVE, Perturbation.adam().direction());
  }

  @Test
  void ascendingSignIsFgsmAndIteratedIfgsm() {
    Tensor x = rows(1, 1, -2, 0.5);
    double[] fgsm = run(Perturbation.sign(0.1).adversarial().steps(1), x);
    assertArrayEquals(new double[] {1.1, -2.1, 0.6}, fgsm, 1e-12);
    double[] iterated =
        run(Perturbation.sign(0.1).adversarial().steps(10).within(Projection.linf(0.25)), x);
    assertArrayEquals(new double[] {1.25, -2.25, 0.75}, iterated, 1e-12);
  }

  // ---- limits ----

  @Test
  void linfProjectionStopsAtTheRadiusInEachElement() {
    double[] moved = run(Perturbation.sgd(0.1).within(Projection.linf(0.15)), rows(1, 1, 0.1));
    assertArrayEquals(new double[] {0.85, 0.1 * Math.pow(0.9, 5)}, moved, 1e-12);
  }

  @Test
  void l2ProjectionShortensEachSampleAlone() {
    // The first sample would go far along (3, 4); the second stays well inside.
    Tensor x = rows(2, 3, 4, 0.03, 0.04);
    double[] moved = run(Perturbation.sgd(0.1).within(Projection.l2(0.5)), x);
    double left = Math.pow(0.9, 5);
    assertArrayEquals(new double[] {2.7, 3.6, 0.03 * left, 0.04 * left}, moved, 1e-12);
  }

  @Test
  void aValidRangeHoldsPerChannel() {
    Tensor x = Tensor.ofDoubles(DOUBLE, Shape.of(1, 2, 1, 1), 1, -1);
    var range = new ValidRange(List.of(0.9f, -2f), List.of(3f, -0.75f));
    PerSampleLoss loss = y -> y.square().sum(1, 2, 3).times(0.5);
    Tensor moved = Perturbation.sgd(0.1).within(range).apply(IDENTITY, loss, x);
    assertArrayEquals(new double[] {0.9f, -0.75f}, moved.toDoubles(), 1e-12);
    var thrown =
        assertThrows(
            ShapeException.class,
            () ->
                Perturbation.sgd()
                    .within(range)
                    .apply(IDENTITY, loss, Tensor.zeros(DOUBLE, Shape.of(1, 3, 1, 1))));
    assertEquals(
        "valid range: bounds are for 2 channels, but x is [1, 3, 1, 1]", thrown.getMessage());
  }

  @Test
  void theRangeOfANormalizationIsThatOfItsPixels() {
    ValidRange range = ValidRange.of(normalization());
    assertEquals(List.of(-2f, -1f, -0.625f), range.low());
    assertEquals(List.of(2f, 4f, 0.625f), range.high());
  }

  private static Normalization normalization() {
    return new Normalization(
        Tensor.ofDoubles(DOUBLE, Shape.of(3), 0.5, 0.2, 0.5),
        Tensor.ofDoubles(DOUBLE, Shape.of(3), 0.25, 0.2, 0.8));
  }

  @Test
  void eachSampleMayHaveItsOwnEps() {
    var p = Perturbation.sign().steps(2).eps(Tensor.ofDoubles(DOUBLE, Shape.of(3), 0.1, 0, 0.2));
    assertArrayEquals(new double[] {0.8, 1, 0.6}, run(p, rows(3, 1, 1, 1)), 1e-12);
    var thrown = assertThrows(ShapeException.class, () -> run(p, rows(2, 1, 1)));
    assertEquals(
        "perturbation: eps per sample must have shape [2], but has [3]", thrown.getMessage());
  }

  @Test
  void theMaskHoldsElementsWhereTheyAre() {
    var p = Perturbation.adam(0.1).mask(rows(1, 0, 1)).within(Projection.l2(10)).randomStart(0.5);
    Tensor x = rows(2, 1, 1, 2, 2);
    double[] moved = p.run(IDENTITY, PARABOLA, x, Random.of(DOUBLE, 1)).x().toDoubles();
    assertEquals(1, moved[0]);
    assertEquals(2, moved[2]);
    assertNotEquals(1, moved[1]);
    assertNotEquals(2, moved[3]);
    assertThrows(ShapeException.class, () -> run(Perturbation.adam().mask(rows(1, 1, 1, 1)), x));
  }

  @Test
  void aRandomStartIsWithinItsRadiusAndAgainTheSame() {
    var p = Perturbation.sgd(1e-12).steps(1).randomStart(0.5);
    Tensor x = rows(4, new double[400]);
    double[] once = p.run(IDENTITY, PARABOLA, x, Random.of(DOUBLE, 7)).x().toDoubles();
    double[] again = p.run(IDENTITY, PARABOLA, x, Random.of(DOUBLE, 7)).x().toDoubles();
    double[] other = p.run(IDENTITY, PARABOLA, x, Random.of(DOUBLE, 8)).x().toDoubles();
    assertArrayEquals(once, again);
    assertNotEquals(once[0], other[0]);
    double largest = 0;
    for (double v : once) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertTrue(largest > 0.45 && largest <= 0.5, "largest of 400 is " + largest);
    assertThrows(IllegalArgumentException.class, () -> p.run(IDENTITY, PARABOLA, x));
  }

  // ---- spaces ----

  @Test
  void pixelSpaceOfNormalizedInputsIsPixelSpaceBehindANormalization() {
    TinyNet net = TinyNet.of(DOUBLE, 3);
    Block fromPixels = new Sequential(normalization(), net);
    Tensor pixels = Random.of(DOUBLE, 5).uniform(Shape.of(4, 3, 6, 6));
    Tensor normalized = normalize(pixels);
    for (Perturbation p :
        List.of(
            Perturbation.sgd(),
            Perturbation.sign(),
            Perturbation.adam(),
            Perturbation.adam(0.01).within(Projection.linf(0.02)),
            Perturbation.sgd(1).within(Projection.l2(0.03)))) {
      Tensor inPixels = p.within(ValidRange.of(0, 1)).apply(fromPixels, TinyNet.loss(0), pixels);
      Tensor inNormalized =
          p.within(ValidRange.of(normalization()))
              .space(Space.pixels(normalization()))
              .apply(net, TinyNet.loss(0), normalized);
      // The bounds are floats, hence not to the last digit.
      assertArrayEquals(
          normalize(inPixels).toDoubles(), inNormalized.toDoubles(), 1e-6, p::toString);
    }
  }

  private static Tensor normalize(Tensor pixels) {
    try (var tape = Tape.inference()) {
      return normalization().apply(tape.constant(pixels)).value().keep();
    }
  }

  // ---- watching ----

  @Test
  void theTraceHoldsTheLossOfEverySampleAtEveryPoint() {
    var trace = Perturbation.sgd(0.1).steps(2).traced().run(IDENTITY, PARABOLA, rows(2, 1, 2));
    assertEquals(3, trace.trace().size());
    assertEquals(0.5, trace.trace().loss(0, 0), 1e-12);
    assertEquals(2, trace.trace().loss(0, 1), 1e-12);
    assertEquals(0.5 * 0.81, trace.trace().loss(1, 0), 1e-12);
    assertEquals(2.5 * 0.6561, trace.trace().sum(2), 1e-12);
    assertEquals(0, Perturbation.sgd().run(IDENTITY, PARABOLA, rows(1, 1)).trace().size());
  }

  @Test
  void theBestPointOfEachSampleIsReturnedWhenAskedFor() {
    // Steps of .4 from .5 go to .1, then overshoot to -.3 and come back; from .2 every step is
    // worse than the start, -.2 being its equal; from 2 the last point is the best.
    var p = Perturbation.sign(0.4).steps(2);
    Tensor x = rows(3, 0.5, 0.15, 2);
    assertArrayEquals(new double[] {-0.3, 0.15, 1.2}, run(p, x), 1e-12);
    assertArrayEquals(new double[] {0.1, 0.15, 1.2}, run(p.bestIterate(), x), 1e-12);
    assertArrayEquals(
        new double[] {0.9, 0.55, 2.4}, run(p.steps(1).adversarial().bestIterate(), x), 1e-12);
  }

  @Test
  void aSampleThatHasArrivedStaysAndTheRestGoesOn() {
    // Losses .5, .405, .328, ...: the first sample stops below .41, the second goes on.
    var p = Perturbation.sgd(0.1).steps(4).stopAt(0.41).traced();
    var result = p.run(IDENTITY, PARABOLA, rows(2, 1, 10));
    assertArrayEquals(new double[] {0.9, 10 * Math.pow(0.9, 4)}, result.x().toDoubles(), 1e-12);
    assertEquals(5, result.trace().size());
    var early = p.run(IDENTITY, PARABOLA, rows(2, 1, 0.5));
    assertEquals(2, early.trace().size(), "all had arrived after one step");
    assertArrayEquals(new double[] {0.9, 0.5}, early.x().toDoubles(), 1e-12);
    var up = Perturbation.sgd(0.1).adversarial().stopAt(0.6).apply(IDENTITY, PARABOLA, rows(1, 1));
    assertArrayEquals(new double[] {1.1}, up.toDoubles(), 1e-12);
  }

  // ---- modes ----

  @Test
  void batchNormsModeIsTheOneAskedFor() {
    Tensor x = TinyNet.images(Random.of(DOUBLE, 5), 4);
    var before = TinyNet.snapshot(TinyNet.of(DOUBLE, 3));
    var results = new ArrayList<List<Double>>();
    for (BatchNormMode mode : BatchNormMode.values()) {
      TinyNet net = TinyNet.of(DOUBLE, 3);
      var p = Perturbation.sgd().batchNorm(mode).traced();
      results.add(TinyNet.list(p.run(net, TinyNet.loss(0), x, Random.of(DOUBLE, 1)).x()));
      assertEquals(mode != BatchNormMode.TRAIN, before.equals(TinyNet.snapshot(net)));
      // Five steps; the look at the last point leaves no trace in any mode.
      int tracked = mode == BatchNormMode.TRAIN ? 8 : 3;
      assertEquals(tracked, buffer(net, "bn1.num_batches_tracked"));
    }
    assertNotEquals(results.get(0), results.get(1));
    assertEquals(results.get(1), results.get(2));
  }

  private static double buffer(Block block, String name) {
    return Objects.requireNonNull(block.buffers().get(name)).toDoubles()[0];
  }

  // ---- complaints ----

  @Test
  void aReducedLossIsRefused() {
    var thrown =
        assertThrows(
            ShapeException.class,
            () -> Perturbation.adam().apply(IDENTITY, y -> y.square().mean(), rows(2, 1, 2)));
    assertEquals(
        "perturbation: the loss must be one per sample, [2], but has shape []; do not reduce it"
            + " over the batch",
        thrown.getMessage());
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Perturbation.adam(-0.1));
    assertThrows(IllegalArgumentException.class, () -> Perturbation.adam(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Perturbation.adam().steps(-1));
    assertThrows(IllegalArgumentException.class, () -> Perturbation.adam().randomStart(-1));
    assertThrows(IllegalArgumentException.class, () -> Projection.linf(-1));
    assertThrows(IllegalArgumentException.class, () -> ValidRange.of(1, 0));
    var negative = Perturbation.adam().eps(Tensor.ofDoubles(DOUBLE, Shape.of(1), -1));
    assertThrows(IllegalArgumentException.class, () -> run(negative, rows(1, 1)));
  }
}
