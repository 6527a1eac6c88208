package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.ByteImages;
import org.junit.jupiter.api.Test;

/** Batches from bytes are the host's, on the interpreter with every sanitizer, in four orders. */
class PixelKernelsTest {
  @Test
  void inEveryOrderAndEveryLineRuns() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    emulator.backends().forEach(PixelKernelsTest::check);
    assertEquals("", emulator.missed("pixels"));
  }

  static void check(CudaBackend backend) {
    // Images that fill the allocator's blocks, more than the threads of a grid, and odd ones.
    for (int[] d : new int[][] {{1, 1, 1, 1}, {7, 3, 5, 4}, {2, 2, 8, 16}, {40, 3, 9, 11}}) {
      ByteImages images = draw(Shape.of(d), 2);
      assertArrayEquals(
          images.toFloats(), backend.fromBytes(images).toFloats(), "" + images.shape());
    }
    ByteImages none = draw(Shape.of(0, 3, 2, 2), 1);
    assertEquals(none.shape(), backend.fromBytes(none).shape());
  }

  /** Shifted by up to {@code reach} beyond the image's size, every second one flipped and cut. */
  private static ByteImages draw(Shape shape, int reach) {
    var philox = new Philox(shape.size(), 4);
    byte[] pixels = new byte[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) philox.bits(i);
    }
    float[] values = new float[shape.dim(1) * ByteImages.TABLE];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + philox.split(1).uniform(i);
    }
    int[] changes = new int[shape.dim(0) * ByteImages.WORDS];
    for (int n = 0; n < shape.dim(0); n++) {
      var words = philox.split(2 + n);
      int at = n * ByteImages.WORDS;
      int height = shape.dim(2);
      int width = shape.dim(3);
      changes[at] = words.below(2 * reach + 1, 0) - reach;
      changes[at + 1] = words.below(2 * reach + 1, 1) - reach;
      changes[at + 2] = n % 2;
      changes[at + 3] = words.below(height, 2);
      changes[at + 4] = Math.min(height, changes[at + 3] + n % 3);
      changes[at + 5] = words.below(width, 3);
      changes[at + 6] = Math.min(width, changes[at + 5] + 2);
    }
    return new ByteImages(shape, pixels, values, changes);
  }
}
