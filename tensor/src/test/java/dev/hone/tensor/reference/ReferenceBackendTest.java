package dev.hone.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BatchNormGradient;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The oracle against numbers worked out by hand: nothing else stands above it. */
class ReferenceBackendTest {
  private final ReferenceBackend backend = ReferenceBackend.float64();

  private Tensor tensor(Shape shape, double... values) {
    return Tensor.ofDoubles(backend, shape, values);
  }

  private Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    double[] values = new double[shape.size()];
    for (int e = 0; e < values.length; e++) {
      values[e] = e + 1;
    }
    return tensor(shape, values);
  }

  private static void assertValues(Tensor got, double... expected) {
    assertArrayEquals(expected, got.toDoubles(), 1e-12);
  }

  @Test
  void isFoundAsAService() {
    assertTrue(
        ServiceLoader.load(BackendProvider.class).stream()
            .anyMatch(p -> p.type() == ReferenceBackendProvider.class));
    var available = (BackendProvider.Availability.Available) new ReferenceBackendProvider().probe();
    assertSame(ReferenceBackend.float32(), available.backend());
  }

  @Test
  void oneRoundsToFloatAndTheOtherDoesNot() {
    assertEquals(0.1, Tensor.scalar(ReferenceBackend.float64(), 0.1).toDoubles()[0]);
    assertEquals(0.1f, Tensor.scalar(ReferenceBackend.float32(), 0.1).toDoubles()[0]);
    Tensor third = Tensor.scalar(ReferenceBackend.float32(), 1).dividedBy(3);
    assertEquals(1f / 3f, third.toDoubles()[0]);
  }

  @Test
  void broadcastsByStrides() {
    assertValues(counting(2, 1).plus(counting(3)), 2, 3, 4, 3, 4, 5);
    assertValues(counting(2, 3).transpose().times(counting(2)), 1, 8, 2, 10, 3, 12);
  }

  @Test
  void reducesOverAnyAxes() {
    Tensor x = counting(2, 3);
    assertValues(x.sum(), 21);
    assertValues(x.sum(0), 5, 7, 9);
    assertValues(x.mean(true, 1), 2, 5);
    assertValues(x.transpose().max(0), 3, 6);
    assertArrayEquals(new int[] {2, 2}, x.argmax(1).toInts());
    assertArrayEquals(new int[] {0}, tensor(Shape.of(1, 3), 4, 4, 1).argmax(1).toInts());
    assertValues(counting(0, 2).sum(0), 0, 0);
    assertValues(counting(0, 1).mean(0), Double.NaN);
    assertValues(counting(0, 1).max(0), Double.NEGATIVE_INFINITY);
  }

  @Test
  void multipliesMatricesAndBatchesOfThem() {
    assertValues(counting(2, 3).matmul(counting(3, 2)), 22, 28, 49, 64);
    assertValues(counting(2, 1, 2).matmul(counting(2, 2)), 1 + 6, 2 + 8, 3 + 12, 6 + 16);
  }

  @Test
  void movesElements() {
    Tensor x = counting(2, 2);
    assertValues(Tensor.concat(1, java.util.List.of(x, counting(2, 1))), 1, 2, 1, 3, 4, 2);
    assertValues(x.pad(new int[] {1, 0}, new int[] {0, 1}, 9), 9, 9, 9, 1, 2, 9, 3, 4, 9);
    Tensor index = Tensor.ofInts(backend, Shape.of(2, 3), 1, 1, 0, 0, 0, 1);
    assertValues(x.gather(1, index), 2, 2, 1, 3, 3, 4);
    assertValues(counting(2, 3).scatterAdd(1, index, 2), 3, 3, 9, 6);
    Tensor outside = Tensor.ofInts(backend, Shape.of(2, 1), 0, 2);
    var e = assertThrows(IndexOutOfBoundsException.class, () -> x.gather(1, outside));
    assertEquals("gather: index 2 is outside axis 1 of shape [2, 2]", e.getMessage());
    Tensor negative = Tensor.ofInts(backend, Shape.of(2, 2), 0, 0, -1, 0);
    e = assertThrows(IndexOutOfBoundsException.class, () -> x.scatterAdd(0, negative, 5));
    assertEquals("scatterAdd: index -1 is outside axis 0 of shape [5, 2]", e.getMessage());
  }

  @Test
  void convolvesAndFinishesWithBiasResidualAndRelu() {
    Tensor x = counting(1, 1, 3, 3);
    Tensor w = tensor(Shape.of(1, 1, 2, 2), 1, 0, 0, -1);
    assertValues(x.convolution(w, new Convolution(1, 0)), -4, -4, -4, -4);
    assertValues(x.convolution(w, new Convolution(2, 1)), -1, -3, -7, -4);
    assertValues(x.convolution(w, new Convolution(1, 0, 2)), -8);
    Tensor bias = tensor(Shape.of(1), 3);
    Tensor residual = tensor(Shape.of(1, 1, 2, 2), 0, 1, 2, 3);
    var valid = new Convolution(1, 0);
    assertValues(x.convolution(w, bias, residual, true, valid), 0, 0, 1, 2);
    Tensor dy = residual;
    assertValues(dy.convolutionInputGradient(w, x.shape(), valid), 0, 1, 0, 2, 3, -1, 0, -2, -3);
    assertValues(
        dy.convolutionWeightGradient(x, w.shape(), valid),
        2 + 8 + 15,
        3 + 10 + 18,
        5 + 14 + 24,
        6 + 16 + 27);
  }

  @Test
  void poolsAndUpsamples() {
    Tensor x = tensor(Shape.of(1, 1, 2, 3), 1, 5, 5, 2, 5, 0);
    var p = new Pooling(2, 1, 0);
    assertValues(x.averagePool(p), 13 / 4.0, 15 / 4.0);
    assertValues(x.maxPool(p), 5, 5);
    Tensor dy = tensor(Shape.of(1, 1, 1, 2), 4, 8);
    assertValues(dy.averagePoolGradient(x.shape(), p), 1, 3, 2, 1, 3, 2);
    assertValues(dy.maxPoolGradient(x, p), 0, 12, 0, 0, 0, 0);
    assertValues(x.averagePool(new Pooling(2, 2, 1)), 1 / 4.0, 10 / 4.0, 2 / 4.0, 5 / 4.0);
    assertValues(x.negate().maxPool(new Pooling(2, 2, 1)), -1, -5, -2, 0);
    assertValues(dy.upsampleNearest(2), 4, 4, 8, 8, 4, 4, 8, 8);
  }

  @Test
  void normalisesBatches() {
    Tensor x = tensor(Shape.of(2, 1, 2), 1, 2, 3, 6);
    var statistics = x.batchStatistics();
    assertValues(statistics.mean(), 3);
    assertValues(statistics.variance(), 3.5);
    Tensor gamma = tensor(Shape.of(1), 2);
    Tensor beta = tensor(Shape.of(1), 1);
    float eps = 0.5f; // so that the standard deviation is 2
    Tensor y = x.batchNorm(statistics, gamma, beta, eps, null, true);
    assertValues(y, 0, 0, 1, 4);
    Tensor dy = tensor(Shape.of(2, 1, 2), 7, 8, 2, 4);
    BatchNormGradient g = backend.batchNormGradient(dy, y, x, statistics, gamma, eps, true, true);
    assertValues(g.dbeta(), 6);
    assertValues(g.dgamma(), 6); // xhat is -1, -1/2, 0, 3/2 and dz 0, 0, 2, 4
    assertValues(java.util.Objects.requireNonNull(g.dresidual()), 0, 0, 2, 4);
    assertValues(java.util.Objects.requireNonNull(g.dx()), 0, -0.75, 0.5, 0.25);
  }

  @Test
  void softmaxSurvivesLargeLogits() {
    double third = Math.log(1 / 3.0);
    assertValues(tensor(Shape.of(3), 1e30, 1e30, 1e30).logSoftmax(), third, third, third);
    assertValues(tensor(Shape.of(2, 2), 0, Math.log(3), 5, 5).softmax(), 0.25, 0.75, 0.5, 0.5);
  }

  @Test
  void aReleasedTensorSaysSo() {
    var arena = new Arena();
    Tensor x = counting(2, 2).in(arena);
    Tensor y = x.plus(1).transpose();
    Tensor kept = y.keep();
    arena.close();
    var e = assertThrows(IllegalStateException.class, y::toDoubles);
    assertTrue(String.valueOf(e.getMessage()).contains("keep()"), e::getMessage);
    assertValues(kept, 2, 4, 3, 5);
    assertValues(x, 1, 2, 3, 4); // x itself was never the arena's
  }
}
