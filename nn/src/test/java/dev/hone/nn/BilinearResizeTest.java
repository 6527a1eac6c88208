package dev.hone.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.autograd.Tape;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class BilinearResizeTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  private static double[] resized(Tensor x, int size) {
    try (var tape = Tape.inference()) {
      return new BilinearResize(size).apply(tape.constant(x)).value().toDoubles();
    }
  }

  /** By hand: twice as large, PyTorch's documentation's own example is [1, 2; 3, 4]. */
  @Test
  void twoByTwoBecomesFourByFour() {
    Tensor x = Tensor.ofDoubles(ORACLE, Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
    double[] expected = {
      1, 1.25, 1.75, 2, //
      1.5, 1.75, 2.25, 2.5, //
      2.5, 2.75, 3.25, 3.5, //
      3, 3.25, 3.75, 4
    };
    assertArrayEquals(expected, resized(x, 4), 1e-15);
  }

  @Test
  void everyPixelIsTheSharedOneOfItsFourNeighbours() {
    int height = 7;
    int width = 12;
    Tensor x = Random.of(ORACLE, 1).normal(Shape.of(2, 3, height, width));
    double[] in = x.toDoubles();
    for (int size : new int[] {1, 3, 9, 12, 25}) {
      double[] out = resized(x, size);
      for (int plane = 0; plane < 6; plane++) {
        for (int i = 0; i < size; i++) {
          for (int j = 0; j < size; j++) {
            double y = Math.max(0, (i + 0.5) * height / size - 0.5);
            double v = Math.max(0, (j + 0.5) * width / size - 0.5);
            double expected = 0;
            for (int h = 0; h < height; h++) {
              for (int w = 0; w < width; w++) {
                double share = Math.max(0, 1 - Math.abs(h - Math.min(y, height - 1)));
                share *= Math.max(0, 1 - Math.abs(w - Math.min(v, width - 1)));
                expected += share * in[(plane * height + h) * width + w];
              }
            }
            assertEquals(expected, out[(plane * size + i) * size + j], 1e-12);
          }
        }
      }
    }
  }

  @Test
  void theSameSizeIsTheSameImage() {
    Tensor x = Random.of(ORACLE, 2).normal(Shape.of(1, 3, 8, 8));
    assertArrayEquals(x.toDoubles(), resized(x, 8));
    assertThrows(IllegalArgumentException.class, () -> new BilinearResize(0));
  }
}
