package dev.hone.tensor.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import org.junit.jupiter.api.Test;

class ByteImagesTest {
  private static final byte[] PIXELS = {1, 2, 3, 4, 5, (byte) 200};

  /** A byte b becomes b + 0.5, which tells a byte 0 from nothing; what is cut out is -1. */
  private static float[] values() {
    float[] values = new float[ByteImages.TABLE];
    for (int b = 0; b < 256; b++) {
      values[b] = b + 0.5f;
    }
    values[ByteImages.CUT_OUT] = -1;
    return values;
  }

  private static float[] changed(int... changes) {
    return new ByteImages(Shape.of(1, 1, 2, 3), PIXELS, values(), changes).toFloats();
  }

  @Test
  void imagesAreShiftedFlippedAndCutOut() {
    assertArrayEquals(floats(1, 2, 3, 4, 5, 200), changed(0, 0, 0, 0, 0, 0, 0));
    assertArrayEquals(floats(3, 2, 1, 200, 5, 4), changed(0, 0, 1, 0, 0, 0, 0));
    assertArrayEquals(floats(5, 200, 0, 0, 0, 0), changed(1, 1, 0, 0, 0, 0, 0));
    assertArrayEquals(floats(0, 0, 0, 0, 1, 2), changed(-1, -1, 0, 0, 0, 0, 0));
    assertArrayEquals(floats(2, 1, 0, 5, 4, 0), changed(0, -1, 1, 0, 0, 0, 0));
    assertArrayEquals(floats(0, 3, 2, 0, 200, 5), changed(0, 1, 1, 0, 0, 0, 0));
    assertArrayEquals(floats(0, 0, 0, 0, 0, 0), changed(0, 3, 0, 0, 0, 0, 0));
    assertArrayEquals(floats(0, 0, 0, 0, 0, 0), changed(0, -9, 1, 0, 0, 0, 0));
    assertArrayEquals(floats(1, 2, 3, 4, -1.5f, -1.5f), changed(0, 0, 0, 1, 2, 1, 3));
    assertArrayEquals(floats(1, 2, 3, 4, 5, 200), changed(0, 0, 0, 1, 2, 2, 1));
  }

  private static float[] floats(float... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] += 0.5f;
    }
    return bytes;
  }

  @Test
  void arraysOfOtherSizesAreRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> changed(0, 0, 0));
    assertEquals(
        "images: [1, 1, 2, 3] needs 6 bytes, 257 values and 7 words of changes, but there are 6, 257"
            + " and 3",
        e.getMessage());
    assertThrows(
        ShapeException.class, () -> new ByteImages(Shape.of(6), PIXELS, values(), new int[7]));
  }
}
