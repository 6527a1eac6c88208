package dev.hone.icp.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.Perturbation;
import dev.hone.icp.Projection;
import dev.hone.icp.TinyNet;
import dev.hone.icp.ValidRange;
import dev.hone.nn.Mode;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.AdEmaMix;
import dev.hone.nn.optim.Optimizer;
import dev.hone.nn.optim.Sgd;
import dev.hone.nn.optim.WeightDecay;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for ICP and its distillation whatever the model, on any backend. */
abstract class InvariantsOfIcp {
  private static final long SEED = 20_250_514;

  abstract Backend backend();

  static List<Perturbation> rules() {
    return List.of(
        Perturbation.sgd(), Perturbation.sign(), Perturbation.adam(), Perturbation.adEmaMix());
  }

  private TinyNet net() {
    return TinyNet.of(backend(), SEED);
  }

  private Tensor images(int n) {
    return TinyNet.images(Random.of(backend(), SEED).split(n), n);
  }

  private Random random() {
    return Random.of(backend(), SEED).split(99);
  }

  private DistillationSettings distilling(Perturbation p) {
    return DistillationSettings.of(0, 4, p);
  }

  // ---- 1 ----

  @ParameterizedTest
  @MethodSource("rules")
  void withoutStepsOrEpsTheInputComesBackBitForBit(Perturbation p) {
    // -0 and a value outside the range would show any arithmetic.
    Tensor x =
        Tensor.concat(0, List.of(images(2), Tensor.full(backend(), Shape.of(1, 3, 6, 6), -0.0)));
    var inRange = p.within(ValidRange.of(-1, 1)).within(Projection.l2(0.1)).randomStart(0.1);
    Tensor none = Tensor.zeros(backend(), Shape.of(3));
    for (Perturbation still : List.of(inRange.steps(0), inRange.eps(0), inRange.eps(none))) {
      Tensor same = still.run(net(), TinyNet.loss(0), x, random()).x();
      assertEquals(TinyNet.list(x), TinyNet.list(same), still::toString);
      assertTrue(x.storage() != same.storage(), "the result must be a copy");
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void withoutStepsOrEpsTheDistillationLossIsExactlyZero(Perturbation p) {
    for (Perturbation still : List.of(p.steps(0), p.eps(0))) {
      assertEquals(0, losses(distilling(still), 1).distillation());
    }
    assertTrue(losses(distilling(p), 1).distillation() > 0, "and otherwise it is not");
  }

  private StepLosses losses(DistillationSettings settings, int epoch) {
    TinyNet net = net();
    var optimizer = Optimizer.of(net, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    return new DistillationStep<>(net, optimizer, settings)
        .take(images(4), TinyNet.loss(0), epoch, 0.1, random());
  }

  // ---- 2 ----

  @Test
  void withASmallEpsNoSamplesLossRises() {
    var trace = Perturbation.sgd(1e-3).traced().run(net(), TinyNet.loss(0), images(8)).trace();
    assertEquals(6, trace.size());
    for (int step = 1; step < trace.size(); step++) {
      for (int i = 0; i < 8; i++) {
        assertTrue(trace.loss(step, i) <= trace.loss(step - 1, i) + 1e-6, trace::toString);
      }
      assertTrue(trace.sum(step) < trace.sum(step - 1), trace::toString);
    }
  }

  @Test
  void withTheDirectionFlippedNoSamplesLossFalls() {
    var p = Perturbation.sgd(1e-3).adversarial().traced();
    var trace = p.run(net(), TinyNet.loss(0), images(8)).trace();
    for (int step = 1; step < trace.size(); step++) {
      for (int i = 0; i < 8; i++) {
        assertTrue(trace.loss(step, i) >= trace.loss(step - 1, i) - 1e-6, trace::toString);
      }
      assertTrue(trace.sum(step) > trace.sum(step - 1), trace::toString);
    }
  }

  // ---- 3 ----

  @ParameterizedTest
  @MethodSource("rules")
  void aSamplesResultDoesNotDependOnItsBatch(Perturbation rule) {
    TinyNet net = net();
    int n = 19; // more than a group of lanes, and not a multiple of one
    Tensor x = images(n);
    for (Perturbation p :
        List.of(
            rule,
            rule.within(Projection.l2(0.01)).within(ValidRange.of(-1.5f, 1.5f)),
            rule.bestIterate().stopAt(1))) {
      List<List<Double>> together = samples(p.apply(net, TinyNet.loss(0), x));
      for (int size : new int[] {1, 4, 16}) {
        var apart = new ArrayList<List<Double>>();
        for (int from = 0; from < n; from += size) {
          Tensor part = x.slice(0, from, Math.min(from + size, n));
          apart.addAll(samples(p.apply(net, TinyNet.loss(from), part)));
        }
        assertEquals(together, apart, () -> "in batches of " + size + ": " + p);
      }
      assertEquals(together, samplesReversed(p, net, x), () -> "in reverse: " + p);
    }
  }

  private List<List<Double>> samplesReversed(Perturbation p, TinyNet net, Tensor x) {
    int n = x.shape().dim(0);
    var parts = new ArrayList<Tensor>();
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      parts.add(x.slice(0, n - 1 - i, n - i));
      labels[i] = (n - 1 - i) % TinyNet.CLASSES;
    }
    Tensor reversed = Tensor.concat(0, parts);
    return samples(p.apply(net, TinyNet.loss(labels), reversed)).reversed();
  }

  private static List<List<Double>> samples(Tensor x) {
    var all = new ArrayList<List<Double>>();
    for (int i = 0; i < x.shape().dim(0); i++) {
      all.add(TinyNet.list(x.slice(0, i, i + 1)));
    }
    return all;
  }

  // ---- 4 ----

  static List<Perturbation> everything() {
    var all = new ArrayList<Perturbation>(rules());
    all.add(Perturbation.adam().batchNorm(BatchNormMode.BATCH_NO_UPDATE));
    all.add(Perturbation.adam().randomStart(0.01).bestIterate().traced());
    all.add(Perturbation.sgd().within(Projection.linf(0.01)).within(ValidRange.of(-1, 1)));
    return all;
  }

  @ParameterizedTest
  @MethodSource("everything")
  void aCallLeavesNoTrace(Perturbation p) {
    TinyNet net = net();
    Tensor x = images(5);
    Random random = random();
    Map<String, List<Double>> model = TinyNet.snapshot(net);
    List<Double> input = TinyNet.list(x);

    Tensor moved = p.run(net, TinyNet.loss(0), x, random).x();
    assertNotEquals(input, TinyNet.list(moved), "the input must have moved");

    assertEquals(model, TinyNet.snapshot(net));
    assertEquals(input, TinyNet.list(x));
    assertEquals(0, random.position());
  }

  @ParameterizedTest
  @MethodSource("everything")
  void aCallThatFailsLeavesNoTrace(Perturbation p) {
    TinyNet net = net();
    Tensor x = images(5);
    Random random = random();
    Map<String, List<Double>> model = TinyNet.snapshot(net);
    List<Double> input = TinyNet.list(x);

    PerSampleLoss failing = new Failing(2, TinyNet.loss(0));
    var thrown = assertThrows(IllegalStateException.class, () -> p.run(net, failing, x, random));
    assertEquals("pass 2 fails", thrown.getMessage());

    assertEquals(model, TinyNet.snapshot(net));
    assertEquals(input, TinyNet.list(x));
    assertEquals(0, random.position());
    // And the next call goes as if nothing had been.
    assertEquals(
        TinyNet.list(p.run(net(), TinyNet.loss(0), x, random()).x()),
        TinyNet.list(p.run(net, TinyNet.loss(0), x, random).x()));
  }

  private static final class Failing implements PerSampleLoss {
    private final int pass;
    private final PerSampleLoss loss;
    private int passes;

    Failing(int pass, PerSampleLoss loss) {
      this.pass = pass;
      this.loss = loss;
    }

    @Override
    public Variable of(Variable output) {
      if (passes++ == pass) {
        throw new IllegalStateException("pass " + pass + " fails");
      }
      return loss.of(output);
    }
  }

  @Test
  void theResultHoldsNoGraphAndLivesWhereItsInputDoes() {
    Tensor x = images(3);
    assertNull(Perturbation.adam().apply(net(), TinyNet.loss(0), x).arena());
    try (var arena = new Arena()) {
      Tensor moved = Perturbation.adam().apply(net(), TinyNet.loss(0), x.in(arena));
      assertSame(arena, moved.arena());
      assertEquals(1, arena.size(), "nothing but the result may stay in the caller's arena");
    }
  }

  // ---- 5 ----

  @Test
  void adamsFirstStepIsSigned() {
    double eps = 0.01;
    Tensor x = images(4);
    double[] g = gradient(x);
    double[] moved = delta(Perturbation.adam(eps).steps(1), x);
    for (int i = 0; i < g.length; i++) {
      double expected = -eps * Math.signum(g[i]) * Math.abs(g[i]) / (Math.abs(g[i]) + 1e-8);
      assertEquals(expected, moved[i], 1e-6);
    }
  }

  private double[] gradient(Tensor x) {
    try (var tape = Tape.record()) {
      Variable at = tape.watch(x);
      Variable loss = TinyNet.loss(0).of(net().apply(at)).sum();
      return tape.gradients(loss, at).get(at).toDoubles();
    }
  }

  @ParameterizedTest
  @MethodSource("signedRules")
  void noElementMovesMuchFurtherThanAllStepsTogether(Perturbation p) {
    for (double moved : delta(p, images(4))) {
      assertTrue(Math.abs(moved) <= 1.05 * p.steps() * p.eps(), () -> p + " moved by " + moved);
    }
  }

  static List<Perturbation> signedRules() {
    return List.of(Perturbation.sign(), Perturbation.adam(), Perturbation.adEmaMix().steps(10));
  }

  @Test
  void adEmaMixWithoutItsSlowAverageIsAdam() {
    Tensor x = images(4);
    Tensor adam = Perturbation.adam().apply(net(), TinyNet.loss(0), x);
    Tensor without =
        Perturbation.of(new AdEmaMix().withAlpha(0), 0.002).apply(net(), TinyNet.loss(0), x);
    assertEquals(TinyNet.list(adam), TinyNet.list(without));
  }

  private double[] delta(Perturbation p, Tensor x) {
    return p.apply(net(), TinyNet.loss(0), x).minus(x).toDoubles();
  }

  // ---- 6 ----

  @Test
  void theTargetCarriesNoGradient() {
    TinyNet stepped = net();
    var settings = distilling(Perturbation.adam(0.05)).withFade(new Fade.Constant(0.25));
    var rule = Optimizer.Settings.of(Sgd.plain(), WeightDecay.none());
    new DistillationStep<>(stepped, Optimizer.of(stepped, rule), settings)
        .take(images(4), TinyNet.loss(0), 1, 0.1, random());

    TinyNet byHand = net();
    stepByHand(byHand, Optimizer.of(byHand, rule));
    assertClose(TinyNet.snapshot(byHand), TinyNet.snapshot(stepped));
  }

  /** The same step, its target turned into plain numbers first. */
  private void stepByHand(TinyNet net, Optimizer optimizer) {
    Tensor x = images(4);
    try (var tape = Tape.record()) {
      var clean = net.tapped(tape.constant(x), Mode.train(random().split(0)));
      Tensor moved = Perturbation.adam(0.05).apply(net, TinyNet.loss(0), x);
      var target = new ArrayList<Tensor>();
      try (var other = Tape.inference()) {
        var mode = Mode.batchNoUpdate(random().split(0));
        for (Variable f : net.tapped(other.constant(moved), mode).features()) {
          target.add(Tensor.ofDoubles(backend(), f.shape(), f.value().toDoubles()));
        }
      }
      Variable total = TinyNet.loss(0).of(clean.output()).mean().times(0.25);
      for (int i = 0; i < 2; i++) {
        Variable apart = clean.features().get(i).minus(tape.constant(target.get(i)));
        double weight = i == 0 ? Math.sqrt(0.5) : 1;
        total = total.plus(apart.times(apart).mean().times(0.75 * weight));
      }
      optimizer.step(tape.gradients(total, optimizer.targets(tape)), tape, 0.1);
    }
  }

  private static void assertClose(
      Map<String, List<Double>> expected, Map<String, List<Double>> actual) {
    expected.forEach((name, values) -> {
      List<Double> other = Objects.requireNonNull(actual.get(name));
      for (int i = 0; i < values.size(); i++) {
        assertEquals(values.get(i), other.get(i), 2e-6, name);
      }
    });
  }

  // ---- 7 ----

  @Test
  void theTaskWeightIsOneUpToKThenStrictlyFalls() {
    for (Fade fade : List.of(new Fade.QuarterCosine(), new Fade.HalfCosine())) {
      for (int e = 0; e <= 25; e++) {
        assertEquals(1, fade.a(e, 25, 100));
      }
      for (int e = 26; e < 100; e++) {
        assertTrue(fade.a(e, 25, 100) < fade.a(e - 1, 25, 100), "epoch " + e);
        assertTrue(fade.a(e, 25, 100) > 0, "epoch " + e);
      }
    }
    var paper = new Fade.QuarterCosine();
    assertEquals(0.866, paper.a(50, 25, 100), 5e-4);
    assertEquals(0.5, paper.a(75, 25, 100), 5e-4);
    assertEquals(0.0209, paper.a(99, 25, 100), 5e-5);
  }

  @Test
  void kEqualToTheNumberOfEpochsIsTheBaselineBitForBit() {
    var never = DistillationSettings.of(3, 3, Perturbation.adam());
    assertEquals(plainTraining(), training(never, 3));
  }

  @Test
  void upToKTrainingIsTheBaselineBitForBit() {
    var later = DistillationSettings.of(3, 9, Perturbation.adam());
    assertEquals(plainTraining(), training(later, 3));
    var atOnce = DistillationSettings.of(0, 9, Perturbation.adam());
    assertNotEquals(plainTraining(), training(atOnce, 3));
  }

  private Map<String, List<Double>> training(DistillationSettings settings, int epochs) {
    TinyNet net = net();
    var optimizer = Optimizer.of(net, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    var step = new DistillationStep<>(net, optimizer, settings);
    for (int e = 0; e < epochs; e++) {
      StepLosses losses = step.take(images(4), TinyNet.loss(0), e, 0.1, random().split(e));
      assertEquals(Shape.of(4, TinyNet.CLASSES), losses.output().shape());
    }
    return TinyNet.snapshot(net);
  }

  /** Three steps of a training loop that has never heard of distillation. */
  private Map<String, List<Double>> plainTraining() {
    TinyNet net = net();
    var optimizer = Optimizer.of(net, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    for (int e = 0; e < 3; e++) {
      try (var tape = Tape.record()) {
        var mode = Mode.train(random().split(e).split(0));
        Variable loss = TinyNet.loss(0).of(net.apply(tape.constant(images(4)), mode)).mean();
        optimizer.step(tape.gradients(loss, optimizer.targets(tape)), tape, 0.1);
      }
    }
    return TinyNet.snapshot(net);
  }

  @Test
  void runningStatisticsSeeTheCleanPassOnly() {
    TinyNet distilled = net();
    var rule = Optimizer.Settings.of(Sgd.plain(), WeightDecay.none());
    for (BatchNormMode mode : List.of(BatchNormMode.EVAL, BatchNormMode.BATCH_NO_UPDATE)) {
      var p = Perturbation.adam(0.1).batchNorm(mode);
      distilled = net();
      new DistillationStep<>(distilled, Optimizer.of(distilled, rule), distilling(p))
          .take(images(4), TinyNet.loss(0), 2, 0, random());
    }
    TinyNet plain = net();
    new DistillationStep<>(plain, Optimizer.of(plain, rule), DistillationSettings.baseline(4))
        .take(images(4), TinyNet.loss(0), 2, 0, random());
    assertEquals(TinyNet.snapshot(plain), TinyNet.snapshot(distilled));
    assertFalse(TinyNet.snapshot(net()).equals(TinyNet.snapshot(plain)), "the clean pass shows");
  }

  // ---- 8 ----

  @ParameterizedTest
  @MethodSource("rules")
  void aNonFiniteGradientNamesTheStepAndTheSample(Perturbation p) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Tensor x = images(4);
      List<Double> before = TinyNet.list(x);
      var thrown =
          assertThrows(NonFiniteException.class, () -> p.apply(net(), new Poisoned(3, 2, bad), x));
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains("sample 2"), message);
      assertTrue(message.contains("step 3 of 5"), message);
      assertEquals(before, TinyNet.list(x));
    }
  }

  /** Cross-entropy whose gradient goes bad for one sample at one step. */
  private static final class Poisoned implements PerSampleLoss {
    private final int step;
    private final int sample;
    private final double bad;
    private int passes;

    Poisoned(int step, int sample, double bad) {
      this.step = step;
      this.sample = sample;
      this.bad = bad;
    }

    @Override
    public Variable of(Variable output) {
      Variable losses = TinyNet.loss(0).of(output);
      if (passes++ != step) {
        return losses;
      }
      double[] factors = new double[losses.shape().size()];
      Arrays.fill(factors, 1);
      factors[sample] = bad;
      return losses.times(
          output
              .tape()
              .constant(Tensor.ofDoubles(output.value().backend(), losses.shape(), factors)));
    }
  }
}
