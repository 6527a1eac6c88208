package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDatasetTest {
  /** {@code n} images of noise [2, 3, 4] in three classes of uneven size. */
  static ImageDataset noise(long seed, int n) {
    var words = new Philox(seed, 1);
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = Math.min(2, words.below(5, i)); // a fifth, a fifth, three fifths
    }
    return ImageDataset.of(
        "noise",
        2,
        3,
        4,
        List.of("a", "b", "c"),
        new Normalization(List.of(0.5f, 0.25f), List.of(0.25f, 0.5f)),
        TestFiles.noise(seed, n * 24),
        labels);
  }

  private static Set<String> images(ImageDataset set) {
    var images = new HashSet<String>();
    for (int i = 0; i < set.count(); i++) {
      images.add(Arrays.toString(set.image(i)));
    }
    return images;
  }

  @Test
  void imagesKeepTheirBytesAndLabels() {
    // More images than one chunk of the store holds.
    int n = 50_000;
    byte[] pixels = TestFiles.noise(1, n * 24);
    ImageDataset set = noise(1, n);
    for (int i = 0; i < n; i += 997) {
      assertArrayEquals(Arrays.copyOfRange(pixels, i * 24, (i + 1) * 24), set.image(i));
    }
    assertEquals(n, Arrays.stream(set.classCounts()).sum());
  }

  @Test
  void aLimitTakesTheFirstOfEachClassInTurns() {
    ImageDataset set =
        ImageDataset.of(
            "tiny",
            1,
            1,
            1,
            List.of("a", "b", "c"),
            Normalization.none(),
            new byte[] {0, 1, 2, 3, 4, 5, 6},
            new int[] {0, 0, 0, 1, 2, 1, 0});
    int[][] expected = {{0}, {0, 3}, {0, 3, 4}, {0, 1, 3, 4}, {0, 1, 3, 4, 5}, {0, 1, 2, 3, 4, 5}};
    for (int n = 1; n <= 6; n++) {
      ImageDataset limited = set.limit(n);
      assertEquals(n, limited.count());
      for (int i = 0; i < n; i++) {
        assertEquals(expected[n - 1][i], limited.image(i)[0]);
        assertEquals(set.label(expected[n - 1][i]), limited.label(i));
      }
    }
    assertSame(set, set.limit(7));
    assertSame(set, set.limit(1_000_000));
    assertThrows(IllegalArgumentException.class, () -> set.limit(0));
  }

  @Test
  void aLimitOfTheEmbeddedSetIsBalanced() {
    int[] counts = Datasets.load("fashion-mnist", Split.TRAIN).limit(995).classCounts();
    assertEquals(995, Arrays.stream(counts).sum());
    assertEquals(99, Arrays.stream(counts).min().orElseThrow());
    assertEquals(100, Arrays.stream(counts).max().orElseThrow());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aHoldoutIsStratifiedAndDisjoint(long seed) {
    ImageDataset set = noise(9, 1000);
    ImageDataset.Holdout holdout = set.split(0.15, seed);
    int[] whole = set.classCounts();
    int[] held = holdout.validation().classCounts();
    for (int c = 0; c < 3; c++) {
      assertEquals(Math.round(0.15 * whole[c]), held[c]);
    }
    Set<String> train = images(holdout.train());
    Set<String> validation = images(holdout.validation());
    assertTrue(train.stream().noneMatch(validation::contains));
    train.addAll(validation);
    assertEquals(images(set), train);
    assertEquals(validation, images(set.split(0.15, seed).validation()));
    assertFalse(validation.equals(images(set.split(0.15, seed + 1).validation())));
    assertEquals(set.normalization(), holdout.validation().normalization());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void aFractionOutsideIsRefused(double fraction) {
    assertThrows(IllegalArgumentException.class, () -> noise(1, 10).split(fraction, 0));
  }

  @Test
  void subsetsOfSubsetsPointAtTheirImages() {
    ImageDataset set = noise(4, 20);
    ImageDataset view = set.subset(5, 3, 19).subset(2, 0);
    assertArrayEquals(set.image(19), view.image(0));
    assertArrayEquals(set.image(5), view.image(1));
    assertEquals(set.label(5), view.label(1));
    assertThrows(IllegalArgumentException.class, () -> set.subset(20));
    assertThrows(IllegalArgumentException.class, () -> set.subset(-1));
  }

  @Test
  void statisticsAgreeWithTheSlowWay() {
    ImageDataset set = noise(5, 77).limit(50);
    for (int c = 0; c < 2; c++) {
      double sum = 0;
      for (int i = 0; i < 50; i++) {
        for (int p = 0; p < 12; p++) {
          sum += (set.image(i)[c * 12 + p] & 0xFF) / 255.0;
        }
      }
      double mean = sum / 600;
      double squares = 0;
      for (int i = 0; i < 50; i++) {
        for (int p = 0; p < 12; p++) {
          squares += Math.pow((set.image(i)[c * 12 + p] & 0xFF) / 255.0 - mean, 2);
        }
      }
      assertEquals(mean, set.statistics().mean().get(c), 1e-7);
      assertEquals(Math.sqrt(squares / 600), set.statistics().std().get(c), 1e-7);
    }
  }

  @Test
  void wrongPixelsAndLabelsAreRefused() {
    TestFiles.assertRefused(
        () ->
            ImageDataset.of(
                "own", 1, 2, 2, List.of("a"), Normalization.none(), new byte[7], new int[2]),
        "own: expected 2 x [1, 2, 2] bytes",
        "7 bytes");
    for (int label : new int[] {-1, 1}) {
      TestFiles.assertRefused(
          () ->
              ImageDataset.of(
                  "own",
                  1,
                  1,
                  1,
                  List.of("a"),
                  Normalization.none(),
                  new byte[1],
                  new int[] {label}),
          "labels in [0, 1)",
          "label " + label + " at image 0");
    }
  }
}
