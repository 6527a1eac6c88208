package dev.hone.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlocksTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private final Random random = Random.of(ORACLE, 11);

  private static double[] run(Block block, Tensor x, Mode mode) {
    try (var tape = Tape.inference()) {
      return block.apply(tape.constant(x), mode).value().toDoubles();
    }
  }

  private static Tensor image(double... values) {
    int side = (int) Math.sqrt(values.length);
    return Tensor.ofDoubles(ORACLE, Shape.of(1, 1, side, side), values);
  }

  @Test
  void convolutionWithBias() {
    var conv = new Conv2d(1, 1, 2, new Convolution(1, 0), true, random);
    Named.parameter(conv, "weight").value().assign(image(1, 2, 3, 4));
    Named.parameter(conv, "bias").value().assign(Tensor.ofDoubles(ORACLE, Shape.of(1), 0.5));
    assertArrayEquals(new double[] {30.5}, run(conv, image(1, 2, 3, 4), Mode.eval()), 1e-12);
  }

  @Test
  void convolutionWeightsStartWithHesVariance() {
    var conv = new Conv2d(64, 64, 3, new Convolution(1, 1), true, random);
    double[] w = Named.parameter(conv, "weight").value().toDoubles();
    double sum = 0;
    double squares = 0;
    for (double v : w) {
      sum += v;
      squares += v * v;
    }
    assertEquals(0, sum / w.length, 5e-4);
    assertEquals(2.0 / (64 * 9), squares / w.length, 1e-4);
    assertArrayEquals(new double[64], Named.parameter(conv, "bias").value().toDoubles());
    assertTrue(Named.parameter(conv, "weight").decays());
    assertTrue(!Named.parameter(conv, "bias").decays());
  }

  @Test
  void linearIsPyTorchs() {
    var linear = new Linear(3, 2, random);
    Named.parameter(linear, "weight")
        .value()
        .assign(Tensor.ofDoubles(ORACLE, Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
    Named.parameter(linear, "bias").value().assign(Tensor.ofDoubles(ORACLE, Shape.of(2), .5, -.5));
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 3), 1, 0, -1);
    assertArrayEquals(new double[] {-1.5, -2.5}, run(linear, x, Mode.eval()), 1e-12);
    double[] fresh = Named.parameter(new Linear(400, 30, random), "weight").value().toDoubles();
    double largest = 0;
    for (double v : fresh) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertEquals(0.05, largest, 1e-4);
  }

  @Test
  void dropoutDropsInTrainModeOnly() {
    var dropout = new Dropout(0.25f);
    Tensor x = Tensor.ones(ORACLE, Shape.of(100, 100));
    assertArrayEquals(x.toDoubles(), run(dropout, x, Mode.eval()));
    double[] y = run(dropout, x, Mode.train(random));
    int dropped = 0;
    for (double v : y) {
      assertTrue(v == 0 || Math.abs(v - 1 / 0.75) < 1e-6, "kept elements are scaled");
      dropped += v == 0 ? 1 : 0;
    }
    assertEquals(2500, dropped, 150);
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
  }

  @Test
  void poolingAndFlattening() {
    Tensor x = image(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    var two = new Pooling(2);
    assertArrayEquals(new double[] {6, 8, 14, 16}, run(new MaxPool(two), x, Mode.eval()));
    assertArrayEquals(
        new double[] {3.5, 5.5, 11.5, 13.5}, run(new AveragePool(two), x, Mode.eval()));
    assertArrayEquals(new double[] {8.5}, run(new GlobalAveragePool(), x, Mode.eval()));
    assertArrayEquals(
        new double[] {0, 1},
        run(new ReLU(), Tensor.ofDoubles(ORACLE, Shape.of(2), -1, 1), Mode.eval()));
    try (var tape = Tape.inference()) {
      var flat = new Flatten().apply(tape.constant(Tensor.ones(ORACLE, Shape.of(0, 3, 2, 2))));
      assertEquals(Shape.of(0, 12), flat.shape());
    }
  }

  @Test
  void normalizationIsPerChannelAndNoState() {
    var block =
        new Normalization(
            Tensor.ofDoubles(ORACLE, Shape.of(2), 1, 2),
            Tensor.ofDoubles(ORACLE, Shape.of(2), 0.5, 4));
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 2, 1, 2), 1, 2, 2, 6);
    assertArrayEquals(new double[] {0, 2, 0, 1}, run(block, x, Mode.eval()), 1e-12);
    assertTrue(block.state().isEmpty());
    Tensor grey = Tensor.ones(ORACLE, Shape.of(1, 1, 2, 2));
    var e = assertThrows(ShapeException.class, () -> run(block, grey, Mode.eval()));
    assertEquals(
        "normalization: x [1, 1, 2, 2] has 1 channels, but mean and std are for 2"
            + " (in normalization)",
        e.getMessage());
    Tensor one = Tensor.ones(ORACLE, Shape.of(1));
    assertThrows(IllegalArgumentException.class, () -> new Normalization(one, one.times(0)));
  }

  @Test
  void sequentialNamesItsPartsByNumber() {
    var model = new Sequential(new Linear(2, 3, random), new ReLU(), new Linear(3, 1, random));
    assertEquals(
        List.of("0.weight", "0.bias", "2.weight", "2.bias"),
        List.copyOf(model.parameters().keySet()));
    Tensor x = Tensor.ones(ORACLE, Shape.of(1, 5));
    var e = assertThrows(ShapeException.class, () -> run(model, x, Mode.eval()));
    assertEquals("sequential.0", e.path());
  }
}
