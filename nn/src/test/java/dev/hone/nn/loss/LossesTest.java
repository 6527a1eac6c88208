package dev.hone.nn.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.autograd.GradientCheck;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossesTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  private static Tensor logits(double... values) {
    return Tensor.ofDoubles(ORACLE, Shape.of(values.length / 3, 3), values);
  }

  private static Tensor labels(int... values) {
    return Tensor.ofInts(ORACLE, Shape.of(values.length), values);
  }

  @Test
  void crossEntropyIsMinusLogSoftmax() {
    // softmax of (log 1, log 2, log 5) is (1/8, 2/8, 5/8)
    double[] row = {0, Math.log(2), Math.log(5)};
    Tensor x = logits(row[0], row[1], row[2], row[0], row[1], row[2]);
    Tensor y = labels(2, 0);
    double a = -Math.log(5.0 / 8);
    double b = -Math.log(1.0 / 8);
    try (var tape = Tape.inference()) {
      Variable v = tape.constant(x);
      double[] each = CrossEntropy.none(v, y).value().toDoubles();
      assertArrayEquals(new double[] {a, b}, each, 1e-12);
      assertArrayEquals(each, CrossEntropy.to(y).of(v).value().toDoubles());
      assertEquals(a + b, CrossEntropy.sum(v, y).value().toDoubles()[0], 1e-12);
      assertEquals((a + b) / 2, CrossEntropy.mean(v, y).value().toDoubles()[0], 1e-12);
    }
  }

  @Test
  void labelSmoothingMixesInTheUniformTarget() {
    Tensor x = logits(0, Math.log(2), Math.log(5));
    double all = -(Math.log(1.0 / 8) + Math.log(2.0 / 8) + Math.log(5.0 / 8)) / 3;
    double expected = 0.9 * -Math.log(5.0 / 8) + 0.1 * all;
    try (var tape = Tape.inference()) {
      Variable v = tape.constant(x);
      assertEquals(expected, CrossEntropy.sum(v, labels(2), 0.1).value().toDoubles()[0], 1e-12);
      assertEquals(expected, CrossEntropy.mean(v, labels(2), 0.1).value().toDoubles()[0], 1e-12);
      assertThrows(IllegalArgumentException.class, () -> CrossEntropy.sum(v, labels(2), 1.5));
    }
  }

  @Test
  void hugeLogitsStayFinite() {
    Tensor x = logits(1e4, -1e4, 0, -1e4, 1e4, -1e4).to(ReferenceBackend.float32());
    Tensor y = labels(1, 1).to(ReferenceBackend.float32());
    try (var tape = Tape.record()) {
      Variable v = tape.watch(x);
      Variable each = CrossEntropy.none(v, y, 0.1);
      Tensor plain = CrossEntropy.none(v, y).value();
      assertArrayEquals(new double[] {2e4, 0}, plain.toDoubles(), 1e-9);
      assertArrayEquals(new double[] {19_000, 0.1 * 4e4 / 3}, each.value().toDoubles(), 0.01);
      double[] dx = tape.gradients(each.sum(), v).get(v).toDoubles();
      double third = 0.1 / 3;
      assertArrayEquals(
          new double[] {1 - third, -0.9 - third, -third, -third, third * 2, -third}, dx, 1e-6);
    }
  }

  @Test
  void gradientsMatchCentralDifferences() {
    Random random = Random.of(ORACLE, 3);
    List<Tensor> x = List.of(random.normal(Shape.of(4, 3)));
    Tensor y = labels(0, 2, 1, 2);
    GradientCheck.check(v -> CrossEntropy.none(v.getFirst(), y, 0.2), x, 3);
    GradientCheck.check(v -> CrossEntropy.mean(v.getFirst(), y), x, 4);
    List<Tensor> two = List.of(random.normal(Shape.of(2, 3, 2)), random.normal(Shape.of(2, 3, 2)));
    GradientCheck.check(v -> MeanSquaredError.none(v.get(0), v.get(1)), two, 5);
    GradientCheck.check(v -> MeanSquaredError.mean(v.get(0), v.get(1)), two, 6);
  }

  @Test
  void wrongLabelsAreNamed() {
    try (var tape = Tape.inference()) {
      Variable v = tape.constant(logits(0, 0, 0, 0, 0, 0));
      var e = assertThrows(IllegalArgumentException.class, () -> CrossEntropy.sum(v, labels(0, 3)));
      assertEquals(
          "cross entropy: the label of sample 1 is 3, but logits [2, 3] have classes 0 to 2;"
              + " does the model have as many classes as the data?",
          e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> CrossEntropy.sum(v, labels(-1, 0)));
      var s = assertThrows(ShapeException.class, () -> CrossEntropy.sum(v, labels(0)));
      assertEquals(
          "cross entropy: logits [2, 3] need labels [2], but they are [1]", s.getMessage());
    }
  }

  @Test
  void meanSquaredErrorPerSampleAndOverAll() {
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(2, 2), 1, 2, 3, 4);
    Tensor t = Tensor.ofDoubles(ORACLE, Shape.of(2, 2), 1, 4, 0, 0);
    try (var tape = Tape.inference()) {
      Variable v = tape.constant(x);
      assertArrayEquals(
          new double[] {2, 12.5}, MeanSquaredError.to(t).of(v).value().toDoubles(), 1e-12);
      assertEquals(7.25, MeanSquaredError.mean(v, tape.constant(t)).item(), 1e-6);
      Variable row = tape.constant(Tensor.ones(ORACLE, Shape.of(2)));
      assertThrows(ShapeException.class, () -> MeanSquaredError.mean(v, row));
    }
  }
}
