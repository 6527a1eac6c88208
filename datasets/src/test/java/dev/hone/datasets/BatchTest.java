package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.ByteImages;
import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class BatchTest {
  /** The table in which a byte's value is the byte. */
  static float[] identity() {
    float[] values = new float[ByteImages.TABLE];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return values;
  }

  /** The buffers go round; a tensor made from them must not change with them. */
  @Test
  void tensorsAreCopiesWithTheBatchsShape() {
    Backend backend = ReferenceBackend.float32();
    var batch = new Batch(Shape.of(2, 1, 1, 3), identity());
    batch.pixels[4] = 7;
    batch.labels[1] = 9;
    Tensor images = batch.images(backend);
    Tensor labels = batch.labels(backend);
    batch.pixels[4] = 8;
    batch.labels[1] = 3;
    assertEquals(Shape.of(2, 1, 1, 3), images.shape());
    assertEquals(DType.FLOAT32, images.dtype());
    assertArrayEquals(new float[] {0, 0, 0, 0, 7, 0}, images.toFloats());
    assertEquals(Shape.of(2), labels.shape());
    assertEquals(DType.INT32, labels.dtype());
    assertArrayEquals(new int[] {0, 9}, labels.toInts());
  }
}
