package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
  private final Shape shape = Shape.of(2, 3, 4);

  @Test
  void extentsAndSizes() {
    assertEquals(24, shape.size());
    assertEquals(1, Shape.of().size());
    assertEquals(0, Shape.of(65536, 65536, 0).size());
    assertEquals(0, Shape.of(0, 65536, 65536).size());
    assertEquals(4, shape.dim(-1));
    assertEquals(2, shape.dim(0));
    assertEquals("[2, 3, 4]", shape.toString());
    assertEquals("[]", Shape.of().toString());
    int[] dims = {5, 6};
    Shape copied = Shape.of(dims);
    dims[0] = 9;
    copied.dims()[1] = 9;
    assertEquals(Shape.of(5, 6), copied);
    assertEquals(Shape.of(5, 6).hashCode(), copied.hashCode());
  }

  @Test
  void editsOfOneAxis() {
    assertEquals(Shape.of(2, 3, 9), shape.with(-1, 9));
    assertEquals(Shape.of(2, 4), shape.without(1));
    assertEquals(Shape.of(1, 2, 3, 4), shape.inserting(0, 1));
    assertEquals(Shape.of(2, 3, 4, 1), shape.inserting(-1, 1));
    assertEquals(Shape.of(2, 3, 1, 4), shape.inserting(-2, 1));
  }

  @Test
  void reductions() {
    assertEquals(Shape.of(), shape.reduced(false));
    assertEquals(Shape.of(1, 1, 1), shape.reduced(true));
    assertEquals(Shape.of(3), shape.reduced(false, 0, -1));
    assertEquals(Shape.of(1, 3, 1), shape.reduced(true, 0, -1));
    assertArrayEquals(new boolean[] {true, false, true}, shape.reducedAxes(0, -1));
  }

  @Test
  void broadcasting() {
    assertEquals(shape, Shape.broadcast("op", shape, Shape.of(3, 1)));
    assertEquals(shape, Shape.broadcast("op", Shape.of(2, 1, 1), Shape.of(1, 3, 4)));
    assertEquals(Shape.of(0, 3), Shape.broadcast("op", Shape.of(0, 1), Shape.of(3)));
    assertEquals(Shape.of(0), Shape.broadcast("op", Shape.of(1), Shape.of(0)));
    assertTrue(Shape.of(3, 1).broadcastsTo(shape));
    assertTrue(Shape.of().broadcastsTo(shape));
    assertFalse(Shape.of(3).broadcastsTo(shape));
    assertFalse(Shape.of(1, 2, 3, 4).broadcastsTo(shape));
    assertFalse(Shape.of(2).broadcastsTo(Shape.of(1)));
  }
}
