package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.autograd.Tape;
import dev.hone.nn.Named;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MixedTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  private static double[] poolBranch(Mixed module, Tensor x) {
    Tensor w = Named.state(module, "branch_pool.conv.weight");
    w.assign(w.fullLike(1));
    try (var tape = Tape.inference()) {
      Tensor y = module.apply(tape.constant(x)).value();
      int channels = y.shape().dim(1);
      return y.slice(1, channels - 1, channels).toDoubles();
    }
  }

  private static double unit(double pooled) {
    return pooled / Math.sqrt(1 + (double) 1e-3f); // batch norm of mean 0 and variance 1
  }

  /** Counting the padding would make the corners 4/9 of this. */
  @Test
  void averagesAreOfThePixelsThatAreThere() {
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 1, 3, 3), 9, 3, 0, 5, 7, 1, 2, 8, 6);
    double[] expected = {
      24 / 4.0, 25 / 6.0, 11 / 4.0, 34 / 6.0, 41 / 9.0, 25 / 6.0, 22 / 4.0, 29 / 6.0, 22 / 4.0
    };
    double[] found = poolBranch(Mixed.e(1, false, new Width(384), Random.of(ORACLE, 1)), x);
    assertArrayEquals(Arrays.stream(expected).map(MixedTest::unit).toArray(), found, 1e-12);
  }

  @Test
  void theLastModuleTakesTheLargest() {
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 1, 3, 3), 9, 3, 0, 5, 7, 1, 2, 8, 6);
    double[] expected = {9, 9, 7, 9, 9, 8, 8, 8, 8};
    double[] found = poolBranch(Mixed.e(1, true, new Width(384), Random.of(ORACLE, 1)), x);
    assertArrayEquals(Arrays.stream(expected).map(MixedTest::unit).toArray(), found, 1e-12);
  }

  @Test
  void branchesLieSideBySide() {
    Random random = Random.of(ORACLE, 2);
    var width = new Width(32);
    Tensor x = random.normal(Shape.of(1, 2, 7, 7));
    try (var tape = Tape.inference()) {
      assertEquals(
          Shape.of(1, 2 + 2 + 3 + 2, 7, 7),
          Mixed.a(2, 64, width, random).apply(tape.constant(x)).shape());
      assertEquals(
          Shape.of(1, 12 + 3 + 2, 3, 3), Mixed.b(2, width, random).apply(tape.constant(x)).shape());
      assertEquals(
          Shape.of(1, 4 * 6, 7, 7), Mixed.c(2, 128, width, random).apply(tape.constant(x)).shape());
      assertEquals(
          Shape.of(1, 10 + 6 + 2, 3, 3), Mixed.d(2, width, random).apply(tape.constant(x)).shape());
      assertEquals(
          Shape.of(1, 10 + 24 + 24 + 6, 7, 7),
          Mixed.e(2, true, width, random).apply(tape.constant(x)).shape());
    }
  }
}
