package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BatchesTest {
  private static final int N = 103;
  private static final int IMAGE = 24;

  /** An epoch written down: image i of it, its label and its pixels. */
  private static final class Log {
    final List<Integer> indices = new ArrayList<>();
    final List<Integer> labels = new ArrayList<>();
    final List<float[]> images = new ArrayList<>();
    final List<Integer> sizes = new ArrayList<>();
    final List<Integer> numbers = new ArrayList<>();

    Log(Epoch epoch) {
      try (epoch) {
        while (epoch.hasNext()) {
          Batch batch = epoch.next();
          assertEquals(Shape.of(batch.size(), 2, 3, 4), batch.shape());
          assertEquals(batch.size() * IMAGE, batch.images().length);
          sizes.add(batch.size());
          numbers.add(batch.number());
          for (int i = 0; i < batch.size(); i++) {
            indices.add(batch.indices()[i]);
            labels.add(batch.labels()[i]);
            images.add(Arrays.copyOfRange(batch.images(), i * IMAGE, (i + 1) * IMAGE));
          }
        }
      }
    }
  }

  private static Batches training(int batchSize, long seed) {
    ImageDataset set = ImageDatasetTest.noise(2, N);
    var augmentation = new Augmentation(1, true, 2);
    return Batches.of(set, batchSize, augmentation, set.normalization(), seed);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32, 103, 1000})
  void orderAndPixelsDoNotDependOnTheBatchSize(int batchSize) {
    var reference = new Log(training(10, 5).epoch(3));
    var other = new Log(training(batchSize, 5).epoch(3));
    assertEquals(reference.indices, other.indices);
    assertEquals(reference.labels, other.labels);
    for (int i = 0; i < N; i++) {
      assertArrayEquals(reference.images.get(i), other.images.get(i));
    }
    assertEquals(IntStream.range(0, N).boxed().toList(), other.indices.stream().sorted().toList());
    ImageDataset set = training(1, 5).dataset();
    for (int i = 0; i < N; i++) {
      assertEquals(set.label(other.indices.get(i)), other.labels.get(i));
    }
  }

  @Test
  void seedAndEpochChangeOrderAndAugmentation() {
    var reference = new Log(training(10, 5).epoch(3));
    for (var other :
        List.of(new Log(training(10, 5).epoch(4)), new Log(training(10, 6).epoch(3)))) {
      assertFalse(reference.indices.equals(other.indices));
      int same = 0;
      for (int i = 0; i < N; i++) {
        float[] there = other.images.get(other.indices.indexOf(reference.indices.get(i)));
        same += Arrays.equals(reference.images.get(i), there) ? 1 : 0;
      }
      assertTrue(same < N / 4, same + " images are augmented as before");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 10, 11})
  void anEpochCanBeResumedAtAnyBatch(int start) {
    Batches batches = training(10, 8);
    var whole = new Log(batches.epoch(2));
    var rest = new Log(batches.epoch(2, start));
    assertEquals(11, batches.perEpoch());
    assertEquals(IntStream.range(start, 11).boxed().toList(), rest.numbers);
    int skipped = Math.min(10 * start, N);
    assertEquals(whole.indices.subList(skipped, N), rest.indices);
    for (int i = skipped; i < N; i++) {
      assertArrayEquals(whole.images.get(i), rest.images.get(i - skipped));
    }
  }

  @Test
  void evaluationTakesEachImageAsItIs() {
    ImageDataset set = ImageDatasetTest.noise(2, N);
    var pixels = new Log(Batches.inOrder(set, 16, Normalization.none()).epoch(0));
    var normalised = new Log(Batches.inOrder(set, 16, set.normalization()).epoch(0));
    assertEquals(IntStream.range(0, N).boxed().toList(), pixels.indices);
    assertEquals(List.of(16, 16, 16, 16, 16, 16, 7), pixels.sizes);
    for (int i = 0; i < N; i++) {
      byte[] image = set.image(i);
      for (int p = 0; p < IMAGE; p++) {
        float pixel = (image[p] & 0xFF) / 255f;
        assertEquals(pixel, pixels.images.get(i)[p]);
        assertEquals(set.normalization().apply(p / 12, pixel), normalised.images.get(i)[p]);
      }
    }
  }

  @Test
  void theLastPartialBatchIsKeptOrDropped() {
    Batches kept = training(50, 1);
    assertEquals(3, kept.perEpoch());
    assertEquals(List.of(50, 50, 3), new Log(kept.epoch(0)).sizes);
    Batches dropped = kept.withKeepLast(false);
    assertEquals(2, dropped.perEpoch());
    assertEquals(List.of(50, 50), new Log(dropped.epoch(0)).sizes);
    assertThrows(IllegalArgumentException.class, () -> training(104, 1).withKeepLast(false));
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> training(0, 1));
    Batches batches = training(10, 1);
    assertThrows(IllegalArgumentException.class, () -> batches.epoch(-1));
    assertThrows(IllegalArgumentException.class, () -> batches.epoch(0, -1));
    assertThrows(IllegalArgumentException.class, () -> batches.epoch(0, 12));
  }
}
