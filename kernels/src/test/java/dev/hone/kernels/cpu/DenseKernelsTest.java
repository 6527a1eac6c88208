package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits of the dense kernels: the same for any threads and vectors, and close to the oracle's. */
class DenseKernelsTest {
  private static final Backend SCALAR = new CpuBackend(1, 1);
  private static final Backend VECTOR = new CpuBackend(1, 8);

  private static Tensor draw(Backend backend, float scale, int... dims) {
    Shape shape = Shape.of(dims);
    var philox = new Philox(7, shape.size());
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (philox.uniform(i) * 2 - 1) * scale;
    }
    return Tensor.of(backend, shape, values);
  }

  /** Big enough that every op with a parallel path takes it. */
  private static List<Tensor> everything(Backend b) {
    Tensor x = draw(b, 3, 301, 1009);
    Tensor row = draw(b, 1, 1009);
    Tensor images = x.slice(1, 0, 1000).reshape(7, 43, 10, 100);
    Tensor index = x.abs().times(300).cast(DType.INT32);
    List<Tensor> results = new ArrayList<>();
    for (Unary f : Unary.values()) {
      results.add(b.unary(f, x));
    }
    for (Binary f : Binary.values()) {
      results.add(b.binary(f, x, row, x.shape()));
      results.add(b.binary(f, x.transpose(), row.slice(0, 3, 4), Shape.of(1009, 301)));
    }
    results.add(images.times(draw(b, 1, 43, 1, 1)));
    results.add(Tensor.where(row, x, Tensor.scalar(b, 2)));
    results.add(x.clamp(-1, 1));
    for (int[] axes : new int[][] {{}, {0}, {1}, {2}, {0, 2, 3}, {2, 3}, {0, 1}, {1, 3}}) {
      results.add(images.sum(axes));
      results.add(images.mean(axes));
      results.add(images.max(axes));
    }
    results.add(x.argmax(0));
    results.add(x.argmax(1));
    results.add(x.softmax());
    results.add(x.logSoftmax());
    results.add(x.matmul(x.transpose()));
    results.add(images.matmul(images.transpose()));
    results.add(x.gather(1, index));
    results.add(x.scatterAdd(1, index, 901));
    results.add(Tensor.concat(0, List.of(x, x.transpose().contiguous().transpose())));
    results.add(x.pad(new int[] {1, 2}, new int[] {3, 0}, 5));
    return results;
  }

  private static void assertSameBits(List<Tensor> want, List<Tensor> got) {
    for (int i = 0; i < want.size(); i++) {
      String which = "result " + i + " of shape " + want.get(i).shape();
      assertArrayEquals(want.get(i).toDoubles(), got.get(i).toDoubles(), which);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void theNumberOfThreadsDoesNotShow(int threads) {
    assertSameBits(everything(VECTOR), everything(new CpuBackend(threads, 8)));
  }

  @Test
  void scalarLoopsGiveTheSameBits() {
    assertSameBits(everything(VECTOR), everything(SCALAR));
  }

  private static double ulps(double want, float got) {
    if (want == got || (Double.isNaN(want) && Float.isNaN(got))) {
      return 0;
    }
    return Math.abs(want - got) / Math.ulp((float) want);
  }

  @ParameterizedTest
  @EnumSource(Unary.class)
  void functionsOfOneElementAreWithinTwoUlps(Unary f) {
    float[] special = {
      0,
      -0f,
      1,
      -1,
      88.72f,
      88.73f,
      -87.4f,
      -103.9f,
      -104,
      1e30f,
      -1e30f,
      1e-30f,
      0.6249f,
      0.6251f,
      Float.MIN_VALUE,
      Float.MAX_VALUE,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY
    };
    Tensor x =
        Tensor.concat(
            0,
            List.of(
                Tensor.of(VECTOR, Shape.of(special.length), special),
                draw(VECTOR, 100, 20_000),
                draw(VECTOR, 1, 20_000)));
    float[] from = x.toFloats();
    float[] got = VECTOR.unary(f, x).toFloats();
    for (int i = 0; i < from.length; i++) {
      float v = from[i];
      double error = ulps((double) (float) f.apply(v), got[i]);
      float result = got[i];
      assertTrue(error <= 2, () -> f + " of " + v + " is " + result + ", off by ulps " + error);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Binary.class,
      names = {"POW", "DIVIDED_BY"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatIsNotRoundedTwiceIsExact(Binary f) {
    Tensor a = draw(VECTOR, 2, 1003);
    Tensor b = draw(VECTOR, 2, 1009).slice(0, 6, 1009);
    float[] x = a.toFloats();
    float[] z = b.toFloats();
    float[] got = VECTOR.binary(f, a, b, a.shape()).toFloats();
    for (int i = 0; i < x.length; i++) {
      assertEquals((float) f.apply(x[i], z[i]), got[i], f.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 6, 7, 96, 97, 130})
  void aRowOfAProductDoesNotDependOnTheOthers(int rows) {
    Tensor a = draw(VECTOR, 1, 130, 700);
    Tensor b = draw(VECTOR, 1, 700, 37);
    Tensor all = a.matmul(b).slice(0, 130 - rows, 130);
    Tensor some = a.slice(0, 130 - rows, 130).matmul(b);
    assertArrayEquals(all.toFloats(), some.toFloats());
  }

  @Test
  void productsAreCloseToTheOracle() {
    Backend oracle = ReferenceBackend.float64();
    for (int[] mkn : new int[][] {{1, 1, 1}, {5, 300, 33}, {97, 257, 16}, {128, 64, 10}}) {
      Tensor a = draw(VECTOR, 1, 2, 1, mkn[0], mkn[1]);
      Tensor b = draw(VECTOR, 1, 3, mkn[2], mkn[1]).transpose();
      double[] got = a.matmul(b).toDoubles();
      double[] want = a.to(oracle).matmul(b.to(oracle)).toDoubles();
      assertArrayEquals(want, got, 2e-7 * Math.sqrt(mkn[1]) * 4);
    }
  }

  @Test
  void aLongSumIsRoundedOnce() {
    Tensor x = draw(VECTOR, 1, 3, 100_003).plus(0.5);
    float[] values = x.toFloats();
    float[] rows = x.sum(1).toFloats();
    float[] columns = x.transpose().contiguous().sum(0).toFloats();
    for (int r = 0; r < 3; r++) {
      double want = 0;
      for (int i = 0; i < 100_003; i++) {
        want += values[r * 100_003 + i];
      }
      assertTrue(ulps(want, rows[r]) <= 1, "along rows");
      assertTrue(ulps(want, columns[r]) <= 1, "down columns");
    }
  }

  @Test
  void aRepeatedStepAllocatesNoArray() {
    var backend = new CpuBackend(2, 8);
    Tensor x = draw(backend, 1, 128, 300);
    Tensor w = draw(backend, 1, 300, 10);
    for (int step = 0; step < 3; step++) {
      step(x, w);
    }
    long before = backend.pool().allocations();
    long held = backend.pool().heldBytes();
    for (int step = 0; step < 50; step++) {
      step(x, w);
    }
    assertEquals(before, backend.pool().allocations());
    assertEquals(held, backend.pool().heldBytes());
  }

  private static void step(Tensor outside, Tensor w) {
    try (var arena = new Arena()) {
      Tensor x = outside.in(arena);
      Tensor y = x.times(2).plus(x.exp()).transpose().relu().transpose().clamp(0, 3);
      Tensor p = Tensor.where(y, x, y).matmul(w).softmax();
      p.log().sum().plus(y.mean(0).max());
    }
  }
}
