package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final ReferenceBackend backend = ReferenceBackend.float32();
  private final Tensor x = Tensor.of(backend, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

  @Test
  void elementsByIndex() {
    assertEquals(6, x.at(1, 2));
    assertEquals(6, x.transpose().at(2, 1));
    assertEquals(3, Tensor.scalar(backend, 3).at());
    assertThrows(ShapeException.class, () -> x.at(2, 0));
    assertThrows(ShapeException.class, () -> x.at(1));
    assertThrows(ShapeException.class, () -> x.at(0, 0, 0));
  }

  @Test
  void reshapesFillInTheRest() {
    assertEquals(Shape.of(3, 2), x.reshape(-1, 2).shape());
    assertEquals(Shape.of(6), x.reshape(-1).shape());
    assertEquals(Shape.of(1, 6, 1), x.reshape(1, -1, 1).shape());
    assertEquals(Shape.of(4, 0), Tensor.zeros(backend, Shape.of(0, 2)).reshape(4, -1).shape());
    assertSame(x, x.reshape(2, 3));
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, x.transpose().reshape(-1).toFloats());
  }

  @Test
  void slicesReadAndWrite() {
    Tensor copy = x.keep();
    copy.slice(1, 0, 3, 2).assign(Tensor.of(backend, Shape.of(2, 2), 10, 30, 40, 60));
    assertArrayEquals(new float[] {10, 2, 30, 40, 5, 60}, copy.toFloats());
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, x.toFloats());
    assertEquals(Shape.of(2, 0), x.slice(1, 3, 3).shape());
  }

  @Test
  void sumToUndoesABroadcast() {
    assertArrayEquals(new float[] {5, 7, 9}, x.sumTo(Shape.of(3)).toFloats());
    assertArrayEquals(new float[] {6, 15}, x.sumTo(Shape.of(2, 1)).toFloats());
    assertArrayEquals(new float[] {21}, x.sumTo(Shape.of()).toFloats());
    assertEquals(Shape.of(1, 1), x.sumTo(Shape.of(1, 1)).shape());
    assertSame(x, x.sumTo(Shape.of(2, 3)));
    Tensor one = Tensor.ones(backend, Shape.of(1, 1, 2));
    assertArrayEquals(new float[] {1, 1}, one.sumTo(Shape.of(2)).toFloats());
  }

  @Test
  void oneHotRows() {
    Tensor labels = Tensor.ofInts(backend, Shape.of(3), 2, 0, 2);
    assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0, 0, 0, 1}, labels.oneHot(3).toFloats());
    var e = assertThrows(IndexOutOfBoundsException.class, () -> labels.oneHot(2));
    assertEquals("scatterAdd: index 2 is outside axis 1 of shape [3, 2]", e.getMessage());
  }

  @Test
  void otherBackendsTakeCopies() {
    Tensor moved = x.to(ReferenceBackend.float64());
    assertSame(ReferenceBackend.float64(), moved.backend());
    assertArrayEquals(x.toDoubles(), moved.toDoubles());
    assertSame(x, x.to(backend));
    Tensor labels = Tensor.ofInts(backend, Shape.of(2), 7, 8).to(ReferenceBackend.float64());
    assertArrayEquals(new int[] {7, 8}, labels.toInts());
  }

  @Test
  void integersAddInIntegers() {
    Tensor labels = Tensor.ofInts(backend, Shape.of(2), 7, Integer.MAX_VALUE);
    assertArrayEquals(new int[] {8, Integer.MIN_VALUE}, labels.plus(1).toInts());
    assertEquals(DType.INT32, labels.less(labels).dtype());
  }

  @Test
  void resultsLiveInTheFirstArenaAmongTheirOperands() {
    try (var first = new Arena();
        var second = new Arena()) {
      Tensor a = x.in(first);
      Tensor b = x.in(second);
      assertSame(first, x.plus(a).plus(b).arena());
      assertSame(second, Tensor.concat(0, List.of(x, b, a)).arena());
      assertSame(first, a.transpose().slice(0, 0, 1).arena());
      assertSame(first, a.fullLike(1).arena());
      assertSame(first, a.times(2).arena());
      assertNull(a.times(2).keep().arena());
      assertNull(x.plus(x).arena());
      assertNull(a.in(null).plus(1).arena());
    }
  }

  @Test
  void closingAnArenaReleasesWhatWasComputedInItAndNothingElse() {
    var arena = new Arena();
    Tensor y = x.in(arena).plus(1);
    Tensor kept = y.keep();
    assertEquals(2, arena.size(), "the sum and the scalar 1");
    arena.close();
    arena.close();
    assertEquals(0, arena.size());
    var e = assertThrows(IllegalStateException.class, y::toFloats);
    assertEquals(
        "this tensor's memory went back to the pool when its tape closed; read it inside the"
            + " try block, or call keep() on it there to own a copy",
        e.getMessage());
    assertArrayEquals(new float[] {2, 3, 4, 5, 6, 7}, kept.toFloats());
    assertEquals(21, x.sum().item());
    e = assertThrows(IllegalStateException.class, () -> x.in(arena).plus(x));
    assertEquals(
        "this tape is closed; a tensor from it cannot be computed with any more", e.getMessage());
  }
}
