package dev.hone.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchNorm2dTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  /** Two channels of 1, 2, 3, 6 and 10, 10, 20, 20: means 3, 15; unbiased variances 14/3, 100/3. */
  private static final double[] BATCH = {1, 2, 10, 10, 3, 6, 20, 20};

  @Test
  void runningStatisticsFollowTheUnbiasedVariance() {
    var norm = new BatchNorm2d(2, ORACLE);
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(2, 2, 1, 2), BATCH);
    try (var tape = Tape.inference()) {
      norm.apply(tape.constant(x), Mode.train(Random.of(ORACLE, 1)));
      assertArrayEquals(
          new double[] {0.3, 1.5}, Named.state(norm, "running_mean").toDoubles(), 1e-12);
      assertArrayEquals(
          new double[] {0.9 + 0.1 * 14 / 3, 0.9 + 0.1 * 100 / 3},
          Named.state(norm, "running_var").toDoubles(),
          1e-12);
      norm.apply(tape.constant(x), Mode.train(Random.of(ORACLE, 1)));
      assertArrayEquals(
          new double[] {0.57, 2.85}, Named.state(norm, "running_mean").toDoubles(), 1e-12);
      assertArrayEquals(new int[] {2}, Named.state(norm, "num_batches_tracked").toInts());
    }
  }

  @Test
  void trainModeNormalisesWithTheBiasedVarianceOfTheBatch() {
    var norm = new BatchNorm2d(2, ORACLE);
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(2, 2, 1, 2), BATCH);
    try (var tape = Tape.inference()) {
      Variable y = norm.apply(tape.constant(x), Mode.batchNoUpdate(Random.of(ORACLE, 1)));
      double s = Math.sqrt(3.5 + (double) 1e-5f);
      double t = Math.sqrt(25 + (double) 1e-5f);
      assertArrayEquals(
          new double[] {-2 / s, -1 / s, -5 / t, -5 / t, 0, 3 / s, 5 / t, 5 / t},
          y.value().toDoubles(),
          1e-9);
    }
  }

  @Test
  void evalModeIsAffineInTheRunningStatistics() {
    var norm = new BatchNorm2d(2, ORACLE);
    Named.state(norm, "weight").assign(Tensor.ofDoubles(ORACLE, Shape.of(2), 2, -1));
    Named.state(norm, "bias").assign(Tensor.ofDoubles(ORACLE, Shape.of(2), 0.5, 3));
    Named.state(norm, "running_mean").assign(Tensor.ofDoubles(ORACLE, Shape.of(2), 1, 10));
    Named.state(norm, "running_var").assign(Tensor.ofDoubles(ORACLE, Shape.of(2), 4, 25));
    try (var tape = Tape.inference()) {
      Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 2, 1, 1), 3, 20);
      double[] y = norm.apply(tape.constant(x)).value().toDoubles();
      assertArrayEquals(new double[] {2.5, 1}, y, 1e-5);
    }
  }

  @Test
  void batchNoUpdateLeavesEveryBufferBitIdentical() {
    Random random = Random.of(ORACLE, 5);
    var model =
        new Sequential(
            new Conv2d(3, 4, 3, new Convolution(1, 1), true, random.split(1)),
            new BatchNorm2d(4, ORACLE),
            new Dropout(0.3f));
    Tensor x = random.normal(Shape.of(3, 3, 4, 4));
    List<double[]> before = snapshot(model);
    try (var tape = Tape.inference()) {
      model.apply(tape.constant(x), Mode.batchNoUpdate(random));
      model.apply(tape.constant(x), Mode.eval());
    }
    List<double[]> after = snapshot(model);
    for (int i = 0; i < before.size(); i++) {
      assertArrayEquals(before.get(i), after.get(i));
    }
    try (var tape = Tape.inference()) {
      model.apply(tape.constant(x), Mode.train(random));
    }
    assertEquals(1, Named.state(model, "1.num_batches_tracked").item(), "train mode does count");
  }

  private static List<double[]> snapshot(Block model) {
    var all = new ArrayList<double[]>();
    model.state().values().forEach(t -> all.add(t.toDoubles()));
    return all;
  }

  @Test
  void trainModeRefusesASingleValuePerChannel() {
    var norm = new BatchNorm2d(2, ORACLE);
    try (var tape = Tape.inference()) {
      Variable x = tape.constant(Tensor.ones(ORACLE, Shape.of(1, 2, 1, 1)));
      var e =
          assertThrows(ShapeException.class, () -> norm.apply(x, Mode.train(Random.of(ORACLE, 1))));
      assertEquals(
          "batch norm: train mode needs more than one value per channel, but x is [1, 2, 1, 1];"
              + " use a larger batch, or eval mode (in batchnorm2d)",
          e.getMessage());
    }
    assertEquals(0, Named.state(norm, "num_batches_tracked").item());
  }

  /** The folded (eval) and fused (train) unit against its two parts one after the other. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void theFusedUnitEqualsItsParts(long seed) {
    Random random = Random.of(ORACLE, seed);
    boolean bias = seed % 2 == 0;
    boolean relu = seed > 2;
    var conv = new Conv2d(3, 5, 3, new Convolution(2, 1), bias, random.split(1));
    var norm = new BatchNorm2d(5, ORACLE);
    norm.state()
        .forEach((name, t) -> {
          if (!name.equals("num_batches_tracked")) {
            t.assign(random.uniform(t.shape(), 0.5f, 2));
          }
        });
    Tensor images = random.normal(Shape.of(2, 3, 5, 5));
    Tensor residual = random.normal(Shape.of(2, 5, 3, 3));
    for (Mode mode : List.of(Mode.eval(), Mode.batchNoUpdate(random))) {
      try (var tape = Tape.record()) {
        Variable x = tape.watch(images);
        Variable r = tape.watch(residual);
        Variable fused = new ConvNorm(conv, norm).apply(x, r, relu, mode);
        Variable sum = norm.apply(conv.apply(x, mode), mode).plus(r);
        Variable plain = relu ? sum.relu() : sum;
        assertClose(plain.value(), fused.value());
        var targets = new ArrayList<Variable>(List.of(x, r));
        conv.parameters().values().forEach(p -> targets.add(p.on(tape)));
        norm.parameters().values().forEach(p -> targets.add(p.on(tape)));
        var a = tape.gradients(plain.square().sum(), targets);
        var b = tape.gradients(fused.square().sum(), targets);
        targets.forEach(t -> assertClose(a.get(t), b.get(t)));
      }
    }
  }

  private static void assertClose(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubles(), actual.toDoubles(), 1e-9);
  }
}
