package dev.hone.icp.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Variable;
import dev.hone.icp.Perturbation;
import dev.hone.icp.TinyNet;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Mode;
import dev.hone.nn.Parameter;
import dev.hone.nn.Tapped;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.Optimizer;
import dev.hone.nn.optim.Sgd;
import dev.hone.nn.optim.WeightDecay;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DistillationStepTest {
  private static final Backend DOUBLE = ReferenceBackend.float64();
  private static final Optimizer.Settings SGD =
      Optimizer.Settings.of(Sgd.plain(), WeightDecay.none());

  /** y = w x, feature i = w x * (i + 1): small enough to distil by hand. */
  private static final class Line extends Block implements FeatureModel {
    final Parameter w = parameter("w", Tensor.ofDoubles(DOUBLE, Shape.of(1), 2), true);

    @Override
    protected Variable forward(Variable x, Mode mode) {
      return tapped(x, mode).output();
    }

    @Override
    public Tapped tapped(Variable x, Mode mode) {
      Variable y = x.times(w.on(x.tape()));
      return new Tapped(y, List.of(y, y.times(2)));
    }
  }

  /** y of each sample, {@code [N, 1]} to {@code [N]}: its gradient with respect to x is w. */
  private static final PerSampleLoss OUTPUT = y -> y.sum(1);

  private static StepLosses step(Line line, DistillationSettings settings) {
    Tensor x = Tensor.ofDoubles(DOUBLE, Shape.of(2, 1), 1, 3);
    return new DistillationStep<>(line, Optimizer.of(line, SGD), settings)
        .take(x, OUTPUT, 1, 0.1, Random.of(DOUBLE, 1));
  }

  private static DistillationSettings settings() {
    return DistillationSettings.of(0, 2, Perturbation.sgd(0.1).steps(1))
        .withFade(new Fade.Constant(0.25));
  }

  @Test
  void oneStepByHand() {
    // x' = x - .1 w = x - .2, so every y differs by .4 and every 2y by .8.
    // task = mean(w x) = 4, its gradient mean x = 2.
    // d/dw mean((w x - .4 ..)^2): 2 mean(.4 x) = 1.6 for y, 2 mean(.8 * 2x) = 6.4 for 2y.
    var line = new Line();
    StepLosses losses = step(line, settings());
    double shallow = Math.cos(Math.PI / 4);
    assertEquals(4, losses.task(), 1e-12);
    assertEquals(0.16 * shallow + 0.64, losses.distillation(), 1e-12);
    assertEquals(0.25, losses.a());
    assertEquals(0.25 * 4 + 0.75 * (0.16 * shallow + 0.64), losses.total(), 1e-12);
    double gradient = 0.25 * 2 + 0.75 * (1.6 * shallow + 6.4);
    assertArrayEquals(new double[] {2 - 0.1 * gradient}, line.w.value().toDoubles(), 1e-12);
    assertArrayEquals(new double[] {2, 6}, losses.output().toDoubles(), 1e-12);
    assertNull(losses.output().arena());
  }

  @Test
  void theOppositeTargetFlipsTheDistillationGradient() {
    var line = new Line();
    StepLosses losses = step(line, settings().withTarget(Target.OPPOSITE));
    double shallow = Math.cos(Math.PI / 4);
    assertEquals(0.16 * shallow + 0.64, losses.distillation(), 1e-12);
    double gradient = 0.25 * 2 - 0.75 * (1.6 * shallow + 6.4);
    assertArrayEquals(new double[] {2 - 0.1 * gradient}, line.w.value().toDoubles(), 1e-12);
  }

  @Test
  void theRandomTargetIsAsFarAwayForEachSample() {
    // In one dimension a random difference as long as .2 is +.2 or -.2: the loss is the same.
    var line = new Line();
    StepLosses losses = step(line, settings().withTarget(Target.RANDOM));
    assertEquals(0.16 * Math.cos(Math.PI / 4) + 0.64, losses.distillation(), 1e-12);
  }

  @Test
  void withoutATargetTheTaskFadesAndNothingTakesOver() {
    var line = new Line();
    StepLosses losses = step(line, settings().withTarget(Target.NONE));
    assertEquals(0, losses.distillation());
    assertArrayEquals(new double[] {2 - 0.1 * 0.25 * 2}, line.w.value().toDoubles(), 1e-12);
  }

  @Test
  void aTaskThatHasFadedOutLeavesTheHeadAlone() {
    TinyNet net = TinyNet.of(DOUBLE, 3);
    Map<String, List<Double>> before = TinyNet.snapshot(net);
    var settings = DistillationSettings.of(0, 2, Perturbation.sgd()).withFade(new Fade.Constant(0));
    new DistillationStep<>(net, Optimizer.of(net, SGD), settings)
        .take(TinyNet.images(Random.of(DOUBLE, 1), 4), TinyNet.loss(0), 1, 1, Random.of(DOUBLE, 2));
    Map<String, List<Double>> after = TinyNet.snapshot(net);
    assertEquals(before.get("linear.weight"), after.get("linear.weight"));
    assertNotEquals(before.get("conv1.weight"), after.get("conv1.weight"));
  }

  @Test
  void aStepIsAFunctionOfItsArguments() {
    assertEquals(oneStep(4), oneStep(4));
    assertNotEquals(oneStep(4), oneStep(5), "dropout draws from the random state given");
  }

  private static Map<String, List<Double>> oneStep(long seed) {
    TinyNet net = TinyNet.of(DOUBLE, 3);
    Random random = Random.of(DOUBLE, seed);
    var settings = DistillationSettings.of(0, 2, Perturbation.adam());
    new DistillationStep<>(net, Optimizer.of(net, SGD), settings)
        .take(TinyNet.images(Random.of(DOUBLE, 1), 4), TinyNet.loss(0), 1, 0.1, random);
    assertEquals(0, random.position());
    return TinyNet.snapshot(net);
  }

  @Test
  void layerWeightsFavourTheEndTheyAreNamedAfter() {
    double[] deeper = {Math.sqrt(0.5), Math.cos(Math.PI / 8), 1};
    for (int i = 0; i < 3; i++) {
      assertEquals(deeper[i], LayerWeights.DEEPER.of(i, 3), 1e-12);
      assertEquals(deeper[2 - i], LayerWeights.SHALLOWER.of(i, 3), 1e-12);
      assertEquals(1, LayerWeights.UNIFORM.of(i, 3));
    }
    for (LayerWeights weights : LayerWeights.values()) {
      assertEquals(1, weights.of(0, 1));
    }
  }

  @Test
  void epochsFromKOnDistil() {
    var settings = DistillationSettings.of(2, 4, Perturbation.adam());
    assertFalse(settings.distils(1));
    assertTrue(settings.distils(2));
    assertFalse(DistillationSettings.baseline(4).distils(3));
    assertEquals(0.5, new Fade.HalfCosine().a(3, 2, 4), 1e-12);
    assertEquals(1, new Fade.Constant(0.3).a(1, 2, 4));
    assertEquals(0.3, new Fade.Constant(0.3).a(2, 2, 4));
  }

  @Test
  void kBeyondTheEndIsRefused() {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> DistillationSettings.of(5, 4, Perturbation.adam()));
    assertEquals(
        "distillation: k must be between 0 and the number of epochs, but k is 5 and epochs 4",
        thrown.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> DistillationSettings.of(-1, 4, Perturbation.adam()));
  }
}
