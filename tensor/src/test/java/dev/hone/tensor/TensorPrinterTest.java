package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class TensorPrinterTest {
  private static Tensor tensor(Shape shape, float... values) {
    return Tensor.of(ReferenceBackend.float32(), shape, values);
  }

  private static Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    int[] values = new int[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.ofInts(ReferenceBackend.float32(), shape, values);
  }

  private static void assertPrints(String expected, Tensor t) {
    assertEquals(expected.stripTrailing(), t.toString());
  }

  @Test
  void scalar() {
    assertPrints(
        """
        float32 [] on reference
        1.5000
        """,
        tensor(Shape.of(), 1.5f));
  }

  @Test
  void vectorAligned() {
    assertPrints(
        """
        float32 [3] on reference
        [ 1.2500, -0.5000, 10.0000]
        """,
        tensor(Shape.of(3), 1.25f, -0.5f, 10));
  }

  @Test
  void matrixOfWholeNumbers() {
    assertPrints(
        """
        float32 [2, 3] on reference
        [[ 1,  2,  3],
         [40, -5,  0]]
        """,
        tensor(Shape.of(2, 3), 1, 2, 3, 40, -5, 0));
  }

  @Test
  void longAxesShowTheirEnds() {
    assertPrints(
        """
        int32 [9, 8] on reference
        [[ 0,  1,  2, ...,  5,  6,  7],
         [ 8,  9, 10, ..., 13, 14, 15],
         [16, 17, 18, ..., 21, 22, 23],
         ...,
         [48, 49, 50, ..., 53, 54, 55],
         [56, 57, 58, ..., 61, 62, 63],
         [64, 65, 66, ..., 69, 70, 71]]
        """,
        counting(9, 8));
    assertPrints(
        """
        int32 [7] on reference
        [0, 1, 2, 3, 4, 5, 6]
        """,
        counting(7));
  }

  @Test
  void notNumbers() {
    assertPrints(
        """
        float32 [4] on reference
        [   NaN,    inf,   -inf, 0.2500]
        """,
        tensor(Shape.of(4), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0.25f));
  }

  @Test
  void verySmallAndVeryLarge() {
    assertPrints(
        """
        float32 [2] on reference
        [1.0000e-06, 2.5000e+00]
        """,
        tensor(Shape.of(2), 1e-6f, 2.5f));
    assertPrints(
        """
        float32 [2] on reference
        [1.0000e+20, 1.0000e+00]
        """,
        tensor(Shape.of(2), 1e20f, 1));
  }

  @Test
  void rankFour() {
    assertPrints(
        """
        int32 [2, 1, 2, 2] on reference
        [[[[0, 1],
           [2, 3]]],
         [[[4, 5],
           [6, 7]]]]
        """,
        counting(2, 1, 2, 2));
  }

  @Test
  void empty() {
    assertPrints("float32 [0, 3] on reference (empty)", tensor(Shape.of(0, 3)));
  }

  @Test
  void aViewPrintsItsElements() {
    assertPrints(
        """
        int32 [2, 2] on reference
        [[0, 2],
         [1, 3]]
        """,
        counting(2, 2).transpose());
  }
}
