package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";

  @Test
  void theEmbeddedSubsetIsBalancedAndPadded() {
    for (Split split : Split.values()) {
      ImageDataset set = Datasets.load(Datasets.DEFAULT, split);
      int perClass = split == Split.TRAIN ? 1000 : 200;
      int[] counts = new int[10];
      Arrays.fill(counts, perClass);
      assertArrayEquals(counts, set.classCounts());
      assertEquals(10 * perClass, set.count());
      assertEquals(List.of(1, 32, 32), List.of(set.channels(), set.height(), set.width()));
      for (int i = 0; i < set.count(); i += 97) {
        assertBorderIsZero(set.image(i));
      }
    }
  }

  private static void assertBorderIsZero(byte[] image) {
    int inside = 0;
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        int value = image[y * 32 + x] & 0xFF;
        if (y < 2 || y >= 30 || x < 2 || x >= 30) {
          assertEquals(0, value);
        }
        inside += value;
      }
    }
    assertTrue(inside > 1000, "an image is not empty");
  }

  /** The first labels of the official files, in their order. */
  @Test
  void theOrderIsThatOfTheOfficialFiles() {
    int[] train = Datasets.load("fashion-mnist", Split.TRAIN).labels();
    assertArrayEquals(new int[] {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, Arrays.copyOf(train, 10));
    int[] test = Datasets.load("fashion-mnist", Split.TEST).labels();
    assertArrayEquals(new int[] {9, 2, 1, 1, 6, 1, 4, 6, 5, 7}, Arrays.copyOf(test, 10));
  }

  @Test
  void theNormalizationIsThatOfTheTrainingSplit() {
    ImageDataset train = Datasets.load("fashion-mnist", Split.TRAIN);
    assertEquals(train.statistics(), train.normalization());
    assertEquals(train.normalization(), Datasets.load("fashion-mnist", Split.TEST).normalization());
  }

  @Test
  void theLicenceAndTheOriginLieBesideIt() throws IOException {
    for (var expected :
        List.of(
            List.of("fashion-mnist/LICENSE", "Copyright (c) 2017 Zalando SE"),
            List.of("fashion-mnist/README.md", "first 1000 images"))) {
      try (InputStream in =
          Objects.requireNonNull(FashionMnist.class.getResourceAsStream(expected.getFirst()))) {
        assertTrue(
            new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(expected.getLast()));
      }
    }
  }

  @Test
  void theFilesOfAFolderAreReadPlainOrGzipped(@TempDir Path dir) {
    TestFiles.write(dir.resolve(TRAIN_IMAGES), TestFiles.idxImages(25));
    TestFiles.write(dir.resolve(TRAIN_LABELS + ".gz"), TestFiles.gzip(TestFiles.idxLabels(25)));
    ImageDataset set = Datasets.load("fashion-mnist", Split.TRAIN, dir);
    assertEquals(25, set.count());
    assertEquals(4, set.label(24));
    byte[] pixels = TestFiles.noise(25, 25 * 784);
    byte[] image = set.image(3);
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        assertEquals(pixels[3 * 784 + y * 28 + x], image[(y + 2) * 32 + x + 2]);
      }
    }
    TestFiles.assertRefused(
        () -> Datasets.load("fashion-mnist", Split.TEST, dir),
        "t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz",
        "embedded subset");
    TestFiles.assertRefused(
        () -> Datasets.load("fashion-mnist", Split.TEST, dir.resolve("nowhere")), "no such folder");
  }

  @Test
  void everyImageNeedsItsLabel(@TempDir Path dir) {
    TestFiles.write(dir.resolve(TRAIN_IMAGES), TestFiles.idxImages(25));
    TestFiles.write(dir.resolve(TRAIN_LABELS), TestFiles.idxLabels(24));
    TestFiles.assertRefused(
        () -> Datasets.load("fashion-mnist", Split.TRAIN, dir), "25 labels", "24 labels");
  }
}
