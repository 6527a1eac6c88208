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
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.conformance.Check;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static void beyondTheTable(CudaBackend backend) {
    indices(backend);
    exactFit(backend);
    finish(backend);
    powers(backend);
    minusZero(backend);
    longRows(backend);
    longReductions(backend);
    manyLongReductions(backend);
    firstOfTheLargest(backend);
    follow(backend);
  }

  /** Arithmetic of whole numbers, and indices that lie outside. */
  static void indices(CudaBackend backend) {
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
  }

  /** Results that fill a block of the allocator to the last byte: what is beyond is seen. */
  static void exactFit(CudaBackend backend) {
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
  static void finish(CudaBackend backend) {
    for (int i = 0; i < 8; i++) {
      boolean bias = i % 2 == 1;
      boolean residual = i / 2 % 2 == 1;
      Tensor want = finished(ReferenceBackend.float32(), bias, residual, i / 4 == 1);
      Tensor got = finished(backend, bias, residual, i / 4 == 1);
      assertArrayEquals(want.toFloats(), got.toFloats(), 1e-5f);
    }
    Tensor dy = Tensor.of(backend, Shape.of(1, 1, 1, 2), 3, 4);
    Tensor one = Tensor.ones(backend, Shape.of(1, 1, 1, 1));
    Tensor positive = Tensor.of(backend, Shape.of(1, 1, 1, 2), 0, 1);
    Tensor dx = dy.convolutionInputGradient(one, dy.shape(), new Convolution(1, 0), dy, positive);
    assertArrayEquals(new float[] {0, 8}, dx.toFloats());
  }

  private static Tensor finished(Backend on, boolean bias, boolean residual, boolean relu) {
    Random random = Random.of(on, 5);
    Tensor x = random.uniform(Shape.of(2, 3, 4, 5), -2, 2);
    Tensor w = random.uniform(Shape.of(3, 3, 1, 1), -2, 2);
    Tensor b = random.uniform(Shape.of(3), -2, 2);
    return x.convolution(w, bias ? b : null, residual ? x : null, relu, new Convolution(1, 0));
  }

  /** Every pair of what is special to a power. */
  static void powers(CudaBackend backend) {
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

  /** Relu gives 0 for -0, and leaves a NaN. */
  static void minusZero(CudaBackend backend) {
    Tensor x = Tensor.of(backend, Shape.of(3), -0f, Float.NaN, 0);
    assertArrayEquals(new float[] {0, Float.NaN, 0}, x.relu().toFloats());
  }

  /** The largest element last in a long row: without it, exp overflows. */
  static void longRows(CudaBackend backend) {
    float[] values = new float[200];
    values[98] = 300;
    values[163] = 200;
    Tensor x = Tensor.of(backend, Shape.of(2, 100), values);
    Tensor oracle = x.to(ReferenceBackend.float32());
    assertArrayEquals(oracle.softmax().toFloats(), x.softmax().toFloats(), 1e-6f);
    assertArrayEquals(oracle.logSoftmax().toFloats(), x.logSoftmax().toFloats(), 1e-4f);
  }

  /** Whole numbers, whose sums are exact: by a block each, and in two launches. */
  static void longReductions(CudaBackend backend) {
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
  static void manyLongReductions(CudaBackend backend) {
    float[] values = new float[40 * 1025];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 11 - 4;
    }
    Tensor x = Tensor.of(backend, Shape.of(40, 1025), values);
    assertArrayEquals(x.to(ReferenceBackend.float32()).sum(1).toFloats(), x.sum(1).toFloats());
  }

  /**
   * Rows that are long for a warp, more of them than warps: the largest in each place; equals in
   * one lane and in several, of which the first counts; NaN, which wins in first place only;
   * nothing but minus infinity.
   */
  static void firstOfTheLargest(CudaBackend backend) {
    int n = 70;
    int rows = 300;
    float inf = Float.POSITIVE_INFINITY;
    float[] values = new float[rows * n];
    for (int r = 0; r < rows; r++) {
      Arrays.fill(values, r * n, (r + 1) * n, r == 299 ? -inf : -r);
      int at = r * n + r % n;
      values[at] = r == 299 ? -inf : 1;
      if (r < 38) {
        values[at + 32] = 1; // looked at by the same lane
        values[at + 1] = 1;
      } else if (r % 3 == 0) {
        values[r * n] = Float.NaN;
      } else if (r % 3 == 1) {
        values[r * n + 69 - r % n] = Float.NaN;
      }
    }
    Tensor x = Tensor.of(backend, Shape.of(rows, n), values);
    Tensor oracle = x.to(ReferenceBackend.float32());
    assertArrayEquals(oracle.argmax(1).toInts(), x.argmax(1).toInts());
    assertArrayEquals(oracle.argmax(0).toInts(), x.argmax(0).toInts());
  }

  /** Running statistics of as many channels as fill a block of the allocator. */
  static void follow(CudaBackend backend) {
    Backend oracle = ReferenceBackend.float32();
    BatchStatistics mine = statistics(backend, 1);
    BatchStatistics theirs = statistics(oracle, 1);
    Tensor batches = Tensor.ofInts(backend, Shape.of(), 6);
    backend.follow(mine, statistics(backend, 3), 0.1, 1.25, batches);
    oracle.follow(theirs, statistics(oracle, 3), 0.1, 1.25, Tensor.ofInts(oracle, Shape.of(), 6));
    assertArrayEquals(theirs.mean().toFloats(), mine.mean().toFloats());
    assertArrayEquals(theirs.variance().toFloats(), mine.variance().toFloats());
    assertArrayEquals(new int[] {7}, batches.toInts());
  }

  private static BatchStatistics statistics(Backend on, long stream) {
    Random random = Random.of(on, stream);
    return new BatchStatistics(
        random.uniform(Shape.of(128), -2, 2), random.uniform(Shape.of(128), 0.1f, 2));
  }

  private static int elements(OpCase row) {
    return row.inputs().stream().mapToInt(input -> input.shape().size()).max().orElse(0);
  }
}
