package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

/**
 * A draw and its gradient are the composition's of this backend's own ops, to the bit, and so is
 * the divergence of rows of one number; sums of more are near the oracle's. On the interpreter with
 * every sanitizer, in four orders.
 */
class VariationalKernelsTest {
  private static final Backend ORACLE = ReferenceBackend.float32();
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void inEveryOrderAndEveryLineRuns() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    emulator.backends().forEach(VariationalKernelsTest::check);
    assertEquals("", emulator.missed("variational"));
  }

  static void check(CudaBackend backend) {
    for (int[] d : new int[][] {{3, 1}, {128, 1}, {5, 7}, {4, 32}, {3, 77}, {300, 2}}) {
      Tensor x = Random.of(backend, d[0]).uniform(Shape.of(d[0], 2 * d[1]), -3, 3);
      check(x.slice(1, 0, d[1]), x.slice(1, d[1], 2 * d[1])); // halves, as a model's are
      check(x.slice(1, 0, d[1]).contiguous(), x.slice(1, 0, 2 * d[1], 2)); // whole, and in steps
    }
    float[] special = {Float.NaN, INF, -INF, 0, -0f, 88.8f, 89.5f, -87.5f, -103.5f, -200, 200};
    Tensor l = Tensor.of(backend, Shape.of(special.length, 1), special);
    check(l.fullLike(0.5), l);
    // Larger than what comes before and behind in the same row, which is added up by another lane.
    float[] far = new float[100];
    far[40] = 9;
    far[99] = -50;
    Tensor row = Tensor.of(backend, Shape.of(1, 100), far);
    near(row, row);
  }

  private static void check(Tensor mean, Tensor l) {
    Backend backend = mean.backend();
    int n = mean.shape().dim(0);
    Tensor noise = Random.of(backend, 5).uniform(mean.shape(), -2, 2);
    Tensor deviation = l.times(0.5).exp();
    same(mean.plus(deviation.times(noise)), backend.reparameterize(mean, l, noise), "a draw");
    same(
        mean.times(noise).times(deviation).times(0.5),
        backend.reparameterizeGradient(mean, l, noise),
        "its gradient");
    Tensor dy = Random.of(backend, 6).uniform(Shape.of(n), -2, 2);
    same(
        l.exp().minus(1).times(dy.times(0.5).reshape(n, 1)),
        backend.gaussianDivergenceGradient(dy, l),
        "the divergence's gradient");
    if (mean.shape().dim(1) == 1) {
      Tensor twice = mean.times(mean).plus(l.exp()).minus(l).minus(1);
      same(twice.times(0.5).reshape(n), backend.gaussianDivergence(mean, l), "the divergence");
    } else {
      near(mean, l);
    }
  }

  private static void near(Tensor mean, Tensor l) {
    float[] expected = ORACLE.gaussianDivergence(mean.to(ORACLE), l.to(ORACLE)).toFloats();
    float[] actual = mean.backend().gaussianDivergence(mean, l).toFloats();
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 2e-6f * Math.max(1, Math.abs(expected[i])));
    }
  }

  private static void same(Tensor expected, Tensor actual, String what) {
    assertEquals(expected.shape(), actual.shape(), what);
    assertArrayEquals(expected.toFloats(), actual.toFloats(), what);
  }
}
