package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.ImagesTest.lanes;
import static dev.hone.kernels.cpu.ImagesTest.plain;
import static dev.hone.kernels.cpu.ImagesTest.random;
import static dev.hone.kernels.cpu.ImagesTest.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights are packed once, and again when they were written. */
class PackedWeightsTest {
  private static final Shape X = Shape.of(3, 16, 8, 8);
  private static final Shape W = Shape.of(16, 16, 3, 3);

  /** y and dx by the way that suits the stride. */
  private static float[][] both(CpuBackend cpu, Tensor w, int stride) {
    Convolution c = new Convolution(stride, 1);
    Tensor x = lanes(cpu, random(X, 1));
    Tensor dy = lanes(cpu, random(c.output(X, W), 2));
    return new float[][] {
      read(cpu, x.convolution(w, null, null, false, c)),
      read(cpu, dy.convolutionInputGradient(w, X, c))
    };
  }

  private static void assertSameBits(float[][] expected, float[][] actual) {
    assertArrayEquals(expected[0], actual[0], "y");
    assertArrayEquals(expected[1], actual[1], "dx");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void assignedWeightsArePackedAnew(int stride) {
    CpuBackend cpu = new CpuBackend(1, 4);
    Tensor w = plain(cpu, random(W, 3));
    Tensor other = random(W, 4);
    both(cpu, w, stride);
    w.assign(plain(cpu, other));
    assertSameBits(both(cpu, plain(cpu, other), stride), both(cpu, w, stride));
    w.slice(0, 2, 5).assign(plain(cpu, random(Shape.of(3, 16, 3, 3), 5)));
    assertSameBits(both(cpu, plain(cpu, w), stride), both(cpu, w, stride));
  }

  @Test
  void viewsOfOneStorageArePackedEachForItself() {
    CpuBackend cpu = new CpuBackend(1, 4);
    Tensor w = plain(cpu, random(Shape.of(32, 16, 3, 3), 3));
    for (int stride = 1; stride <= 2; stride++) {
      for (int from : new int[] {0, 16, 0}) {
        Tensor view = w.slice(0, from, from + 16);
        assertSameBits(both(cpu, plain(cpu, view), stride), both(cpu, view, stride));
        Tensor turned = view.permute(1, 0, 3, 2);
        assertSameBits(both(cpu, plain(cpu, turned), stride), both(cpu, turned, stride));
      }
    }
  }

  @Test
  void formsAreMadeOnceAndGivenBack() {
    CpuBackend cpu = new CpuBackend(1, 4);
    Arena arena = new Arena();
    CpuStorage storage = cpu.allocate(DType.FLOAT32, 10, arena);
    var form = new PackedWeights.Form(true, List.of());
    var another = new PackedWeights.Form(false, List.of());
    float[] packed = storage.packedWeights().get(form, 7, to -> to[0] = 1);
    assertSame(packed, storage.packedWeights().get(form, 7, to -> to[0] = 2));
    assertNotSame(packed, storage.packedWeights().get(another, 5, to -> to[0] = 3));
    long held = cpu.pool().heldBytes();
    storage.written();
    assertEquals(4 * (7 + 5), cpu.pool().heldBytes() - held);
    assertEquals(4, storage.packedWeights().get(form, 7, to -> to[0] = 4)[0]);
    arena.close();
    assertEquals(4 * (7 + 5 + 10), cpu.pool().heldBytes() - held);
  }

  @Test
  void whatIsPackedWhileTheWeightsAreWrittenIsNotKept() {
    CpuBackend cpu = new CpuBackend(1, 4);
    CpuStorage storage = cpu.allocate(DType.FLOAT32, 10, null);
    var form = new PackedWeights.Form(true, List.of());
    storage.packedWeights().get(form, 7, to -> storage.written());
    assertEquals(5, storage.packedWeights().get(form, 7, to -> to[0] = 5)[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void threadsMayConvolveWithTheSameWeightsAtOnce(int stride) throws Exception {
    CpuBackend cpu = new CpuBackend(2, 16);
    float[][] expected = both(cpu, plain(cpu, random(W, 3)), stride);
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 20; round++) {
        Tensor w = plain(cpu, random(W, 3));
        var together = new CyclicBarrier(4);
        Callable<float[][]> one =
            () -> {
              together.await();
              return both(cpu, w, stride);
            };
        for (var result : threads.invokeAll(List.of(one, one, one, one))) {
          assertSameBits(expected, result.get());
        }
      }
    }
  }
}
