package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.conformance.Check;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The table's rows on the interpreter with every sanitizer, the schedules and the errors of the
 * approximations taking turns; and every line of every kernel runs.
 */
class OwnKernelsTest {
  private static final int LARGEST = 700;
  private static final Set<String> OF_A_LIBRARY =
      Set.of("convolution", "convolutionInputGradient", "convolutionWeightGradient", "matmul");

  @Test
  void everyRowIsRightInEveryOrderAndEveryLineRuns() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    var problems = new ArrayList<String>();
    int turn = 0;
    for (OpCase row : OpCases.all()) {
      int library = OF_A_LIBRARY.contains(row.op()) ? 8 : 1; // only what is around it is ours
      if (elements(row) <= LARGEST && turn++ % library == 0) {
        problems.addAll(Check.problems(row, emulator.get(turn)));
      }
    }
    assertEquals(List.of(), problems);
    assertTrue(turn > 1000, () -> "only rows of up to " + LARGEST + " elements");
    emulator.backends().forEach(OwnKernelsTest::beyondTheTable);
    problems.addAll(OwnKernels.FAMILIES.stream().map(emulator::missed).toList());
    problems.removeIf(String::isEmpty);
    assertEquals(List.of(), problems);
  }

  /** What no row has, or none that is small enough. */
  static void beyondTheTable(CudaBackend backend) {
    Tensor whole = Tensor.ofInts(backend, Shape.of(4), 3, -1, 2, 7);
    Tensor signs = Tensor.ofInts(backend, Shape.of(4), 1, 0, -5, 2);
    assertArrayEquals(new int[] {3, 0, 0, 7}, whole.wherePositive(signs).toInts());
    assertArrayEquals(
        new int[] {3, -1, 2, 3},
        whole.dividedBy(signs.plus(0).maximum(Tensor.ofInts(backend, Shape.of(), 1))).toInts());
    Tensor index = Tensor.ofInts(backend, Shape.of(4), 2, 0, 2, 2);
    assertArrayEquals(new int[] {-1, 0, 12}, whole.scatterAdd(0, index, 3).toInts());
    Tensor outside = index.plus(1);
    assertThrows(IndexOutOfBoundsException.class, () -> whole.scatterAdd(0, outside, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> signs.slice(0, 0, 3).gather(0, outside));
    exactFit(backend);
    finish(backend);
    powers(backend);
    longRows(backend);
    longReductions(backend);
    manyLongReductions(backend);
    Tensor dy = Tensor.of(backend, Shape.of(1, 1, 1, 2), 3, 4);
    Tensor one = Tensor.ones(backend, Shape.of(1, 1, 1, 1));
    Tensor positive = Tensor.of(backend, Shape.of(1, 1, 1, 2), 0, 1);
    Tensor dx = dy.convolutionInputGradient(one, dy.shape(), new Convolution(1, 0), dy, positive);
    assertArrayEquals(new float[] {0, 8}, dx.toFloats());
  }

  /** Results that fill a block of the allocator to the last byte: what is beyond is seen. */
  private static void exactFit(CudaBackend backend) {
    int n = 128;
    Tensor x = Random.of(backend, 1).uniform(Shape.of(n, 2), -2, 2);
    Tensor host = x.to(ReferenceBackend.float32());
    Tensor column = x.slice(1, 0, 1).reshape(n);
    Tensor theirs = host.slice(1, 0, 1).reshape(n);
    assertArrayEquals(theirs.relu().toFloats(), column.relu().toFloats());
    assertArrayEquals(theirs.plus(theirs).toFloats(), column.plus(column).toFloats());
    assertArrayEquals(
        theirs.toFloats(), Tensor.where(column.fullLike(1), column, column).toFloats());
    assertArrayEquals(host.slice(1, 1, 2).toFloats(), x.slice(1, 1, 2).toFloats());
    assertArrayEquals(host.sum(1).toFloats(), x.sum(1).toFloats());
    assertArrayEquals(host.argmax(1).toInts(), x.argmax(1).toInts());
    Tensor index = x.argmax(1).reshape(n, 1);
    assertArrayEquals(host.max(1).toFloats(), x.gather(1, index).toFloats());
    Tensor image = column.reshape(1, 2, 8, 8);
    Tensor w = Tensor.of(backend, Shape.of(2, 2, 1, 1), 1, 0, 0, 1);
    var pointwise = new Convolution(1, 0);
    assertArrayEquals(
        theirs.plus(1).relu().toFloats(),
        image.convolution(w, Tensor.ones(backend, Shape.of(2)), null, true, pointwise).toFloats());
    assertArrayEquals(
        theirs.relu().toFloats(),
        image.convolutionInputGradient(w, image.shape(), pointwise, null, image).toFloats());
  }

  /** A bias for each channel, a residual or none, relu or none, after a library's convolution. */
  private static void finish(CudaBackend backend) {
    for (int i = 0; i < 8; i++) {
      boolean bias = i % 2 == 1;
      boolean residual = i / 2 % 2 == 1;
      Tensor want = finished(ReferenceBackend.float32(), bias, residual, i / 4 == 1);
      Tensor got = finished(backend, bias, residual, i / 4 == 1);
      assertArrayEquals(want.toFloats(), got.toFloats(), 1e-5f);
    }
  }

  private static Tensor finished(Backend on, boolean bias, boolean residual, boolean relu) {
    Random random = Random.of(on, 5);
    Tensor x = random.uniform(Shape.of(2, 3, 4, 5), -2, 2);
    Tensor w = random.uniform(Shape.of(3, 3, 1, 1), -2, 2);
    Tensor b = random.uniform(Shape.of(3), -2, 2);
    return x.convolution(w, bias ? b : null, residual ? x : null, relu, new Convolution(1, 0));
  }

  /** Every pair of what is special to a power. */
  private static void powers(CudaBackend backend) {
    float inf = Float.POSITIVE_INFINITY;
    float[] values = {Float.NaN, inf, -inf, 0f, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, 2.5f, -2.5f};
    int n = values.length;
    Tensor a = Tensor.of(backend, Shape.of(n, 1), values);
    Tensor b = Tensor.of(backend, Shape.of(n), values);
    Tensor oracle = a.to(ReferenceBackend.float32()).pow(b.to(ReferenceBackend.float32()));
    float[] want = oracle.toFloats();
    float[] got = a.pow(b).toFloats();
    for (int i = 0; i < want.length; i++) {
      String what = values[i / n] + " to the power of " + values[i % n];
      assertEquals(want[i], got[i], Math.abs(want[i]) <= 1e3 ? 1e-6f * Math.abs(want[i]) : 0, what);
      assertEquals(Math.signum(1 / want[i]), Math.signum(1 / got[i]), what);
    }
  }

  /** The largest element last in a long row: without it, exp overflows. */
  private static void longRows(CudaBackend backend) {
    float[] values = new float[200];
    values[98] = 300;
    values[163] = 200;
    Tensor x = Tensor.of(backend, Shape.of(2, 100), values);
    Tensor oracle = x.to(ReferenceBackend.float32());
    assertArrayEquals(oracle.softmax().toFloats(), x.softmax().toFloats(), 1e-6f);
    assertArrayEquals(oracle.logSoftmax().toFloats(), x.logSoftmax().toFloats(), 1e-4f);
  }

  /** Whole numbers, whose sums are exact: by a block each, and in two launches. */
  private static void longReductions(CudaBackend backend) {
    for (int n : new int[] {1025, 40_001}) {
      float[] values = new float[2 * n];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 7 - 2;
      }
      Tensor x = Tensor.of(backend, Shape.of(2, n), values);
      Tensor oracle = x.to(ReferenceBackend.float32());
      assertArrayEquals(oracle.sum(1).toFloats(), x.sum(1).toFloats());
      assertArrayEquals(oracle.mean(1).toFloats(), x.mean(1).toFloats(), 1e-6f);
      assertArrayEquals(oracle.max(1).toFloats(), x.max(1).toFloats());
      assertArrayEquals(oracle.sum(0, 1).toFloats(), x.transpose().sum(0, 1).toFloats());
      values[n + 3] = Float.NaN;
      Tensor withNaN = Tensor.of(backend, Shape.of(2, n), values);
      assertArrayEquals(new float[] {4, Float.NaN}, withNaN.max(1).toFloats());
    }
  }

  /** More results than blocks: a block takes several, one after the other. */
  private static void manyLongReductions(CudaBackend backend) {
    float[] values = new float[40 * 1025];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 11 - 4;
    }
    Tensor x = Tensor.of(backend, Shape.of(40, 1025), values);
    assertArrayEquals(x.to(ReferenceBackend.float32()).sum(1).toFloats(), x.sum(1).toFloats());
  }

  private static int elements(OpCase row) {
    return row.inputs().stream().mapToInt(input -> input.shape().size()).max().orElse(0);
  }
}
