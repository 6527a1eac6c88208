package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Mode;
import dev.hone.nn.Named;
import dev.hone.nn.Normalization;
import dev.hone.nn.Tapped;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResNetTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private static final Random RANDOM = Random.of(ORACLE, 1);

  @ParameterizedTest
  @CsvSource({"A, 10, 269722", "A, 100, 275572", "B, 10, 272474", "B, 100, 278324"})
  void resNet20HasThePublishedNumberOfParameters(Shortcut shortcut, int classes, long expected) {
    assertEquals(expected, ResNet.cifar(20, classes, shortcut, 3, RANDOM).parameterCount());
  }

  /** n blocks of two 3x3 convolutions per stage, each with a batch norm, plus stem and head. */
  @ParameterizedTest
  @ValueSource(ints = {8, 20, 32, 44, 56, 110})
  void everyDepthHasTheParametersOfItsFormula(int depth) {
    long n = (depth - 2) / 6;
    for (int channels : new int[] {1, 3}) {
      long expected = 9L * channels * 16 + 2 * 16 + 64 * 10 + 10;
      for (int width : new int[] {16, 32, 64}) {
        int before = width == 16 ? 16 : width / 2;
        expected += 9L * before * width + 2 * width; // the first convolution of the stage
        expected += (2 * n - 1) * (9L * width * width + 2 * width);
      }
      var a = ResNet.cifar(depth, 10, Shortcut.A, channels, RANDOM);
      assertEquals(expected, a.parameterCount());
      var b = ResNet.cifar(depth, 10, Shortcut.B, channels, RANDOM);
      assertEquals(expected + 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64, b.parameterCount());
    }
  }

  @Test
  void namesAreThoseOfPyTorchsCifarResNets() {
    var names = new TreeSet<>(ResNet.cifar(8, 10, Shortcut.B, 3, RANDOM).state().keySet());
    var expected = new TreeSet<String>();
    expected.add("conv1.weight");
    addNorm(expected, "bn1");
    for (int stage = 1; stage <= 3; stage++) {
      for (int i = 1; i <= 2; i++) {
        expected.add("layer" + stage + ".0.conv" + i + ".weight");
        addNorm(expected, "layer" + stage + ".0.bn" + i);
      }
      if (stage > 1) {
        expected.add("layer" + stage + ".0.shortcut.0.weight");
        addNorm(expected, "layer" + stage + ".0.shortcut.1");
      }
    }
    expected.add("linear.weight");
    expected.add("linear.bias");
    assertEquals(expected, names);
  }

  private static void addNorm(TreeSet<String> names, String norm) {
    for (String part :
        new String[] {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}) {
      names.add(norm + "." + part);
    }
  }

  @Test
  void onlyWeightsOfConvolutionsAndTheHeadDecay() {
    ResNet.cifar(8, 10, Shortcut.B, 3, RANDOM)
        .parameters()
        .forEach((name, p) ->
            assertEquals(p.shape().rank() > 1 && name.endsWith("weight"), p.decays(), name));
  }

  @Test
  void featuresAreTheStagesOutputs() {
    var model = ResNet.cifar(8, 7, Shortcut.A, 1, RANDOM);
    try (var tape = Tape.inference()) {
      Variable x = tape.constant(RANDOM.split(9).normal(Shape.of(2, 1, 8, 8)));
      Tapped t = model.tapped(x, Mode.eval());
      assertEquals(Shape.of(2, 7), t.output().shape());
      assertEquals(3, t.features().size());
      assertEquals(Shape.of(2, 16, 8, 8), t.features().get(0).shape());
      assertEquals(Shape.of(2, 32, 4, 4), t.features().get(1).shape());
      assertEquals(Shape.of(2, 64, 2, 2), t.features().get(2).shape());
      assertArrayEquals(
          model.apply(x).value().toDoubles(), t.output().value().toDoubles(), "one arithmetic");
      for (Variable f : t.features()) {
        assertEquals(0, min(f.value()), "after relu");
      }
    }
  }

  private static double min(Tensor t) {
    double least = Double.POSITIVE_INFINITY;
    for (double v : t.toDoubles()) {
      least = Math.min(least, v);
    }
    return least;
  }

  @Test
  void sharedLayersOfTwoDepthsStartEqualAndSeedsDiffer() {
    var shallow = ResNet.cifar(8, 10, RANDOM);
    var deep = ResNet.cifar(20, 10, RANDOM);
    shallow
        .state()
        .forEach((name, t) ->
            assertArrayEquals(t.toDoubles(), Named.state(deep, name).toDoubles(), name));
    var other = ResNet.cifar(8, 10, Random.of(ORACLE, 2));
    String name = "layer2.0.conv1.weight";
    assertTrue(
        Named.state(shallow, name).at(0, 0, 0, 0) != Named.state(other, name).at(0, 0, 0, 0));
    var distinct = new TreeSet<Double>();
    deep.parameters()
        .forEach((layer, p) -> {
          if (p.decays()) {
            assertTrue(distinct.add(p.value().toDoubles()[0]), layer + " repeats another layer");
          }
        });
  }

  @Test
  void shapeErrorsNameTheLayer() {
    var model = ResNet.cifar(8, 10, RANDOM);
    try (var tape = Tape.inference()) {
      Variable grey = tape.constant(Tensor.ones(ORACLE, Shape.of(1, 1, 8, 8)));
      for (Mode mode : new Mode[] {Mode.eval(), Mode.train(RANDOM)}) {
        var e = assertThrows(ShapeException.class, () -> model.apply(grey, mode));
        assertEquals("resnet.conv1", e.path());
      }
      assertThrows(ShapeException.class, () -> model.tapped(grey, Mode.eval()));
    }
    var e = assertThrows(IllegalArgumentException.class, () -> ResNet.cifar(21, 10, RANDOM));
    assertEquals(
        "resnet: depth must be 6n + 2, such as 8, 20, 32, 44, 56 or 110, but is 21",
        e.getMessage());
  }

  @Test
  void behindItsNormalisationAModelTakesPixels() {
    var model = ResNet.cifar(8, 5, RANDOM);
    var normalization =
        new Normalization(
            Tensor.ofDoubles(ORACLE, Shape.of(3), 0.5, 0.4, 0.3),
            Tensor.ofDoubles(ORACLE, Shape.of(3), 0.25, 0.25, 0.25));
    var whole = new Normalized<>(normalization, model);
    Tensor pixels = RANDOM.split(3).uniform(Shape.of(2, 3, 8, 8));
    try (var tape = Tape.record()) {
      Variable x = tape.watch(pixels);
      Variable z = tape.watch(normalization.apply(x).value());
      Tapped inPixels = whole.tapped(x, Mode.eval());
      Tapped normalised = model.tapped(z, Mode.eval());
      assertArrayEquals(
          normalised.output().value().toDoubles(), inPixels.output().value().toDoubles());
      assertArrayEquals(
          normalised.features().get(1).value().toDoubles(),
          inPixels.features().get(1).value().toDoubles());
      Tensor dx = tape.gradients(whole.apply(x).sum(), x).get(x);
      Tensor dz = tape.gradients(normalised.output().sum(), z).get(z);
      assertArrayEquals(dz.times(4).toDoubles(), dx.toDoubles(), 1e-9);
    }
    assertEquals(model.parameterCount(), whole.parameterCount());
    assertTrue(whole.state().containsKey("model.conv1.weight"));
    assertEquals(model, whole.model());
  }

  /** The definition: every second pixel by slices, zero channels by padding. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void subsampleIsSliceAndPad(long seed) {
    Random random = Random.of(ORACLE, seed);
    Shape shape = Shape.of(3, 4, seed == 3 ? 5 : 6, 6);
    try (var tape = Tape.record()) {
      Variable x = tape.watch(random.normal(shape));
      Variable a = new Subsample(4, 8, ORACLE).apply(x);
      Variable b =
          x.slice(2, 0, shape.dim(2), 2)
              .slice(3, 0, 6, 2)
              .pad(new int[] {0, 2, 0, 0}, new int[] {0, 2, 0, 0}, 0);
      assertEquals(b.shape(), a.shape());
      assertArrayEquals(b.value().toDoubles(), a.value().toDoubles());
      Tensor dy = random.normal(a.shape());
      var targets = java.util.List.of(x);
      assertArrayEquals(
          tape.vjp(b, dy, targets).get(x).toDoubles(), tape.vjp(a, dy, targets).get(x).toDoubles());
      assertTrue(new Subsample(4, 8, ORACLE).state().isEmpty(), "no parameter, no buffer");
    }
  }
}
