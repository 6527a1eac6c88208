package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentationTest {
  private static final int C = 2;
  private static final int H = 7;
  private static final int W = 9;
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.4f, 0.6f), List.of(0.2f, 0.3f));

  private static ImageDataset images(int n) {
    return ImageDataset.of(
        "noise",
        C,
        H,
        W,
        List.of("only"),
        NORMALIZATION,
        TestFiles.noise(8, n * C * H * W),
        new int[n]);
  }

  @ParameterizedTest(name = "padding {0}, flip {1}, cutout {2}, normalised {3}")
  @CsvSource({
    "0, false, 0, true",
    "4, false, 0, true",
    "0, true, 0, false",
    "0, false, 3, true",
    "4, true, 0, true",
    "1, true, 4, false",
    "2, true, 1, true",
    "9, true, 30, true"
  })
  void agreesWithTheObviousWay(int padding, boolean flip, int cutout, boolean normalised) {
    ImageDataset set = images(40);
    var augmentation = new Augmentation(padding, flip, cutout);
    Normalization normalization = normalised ? NORMALIZATION : Normalization.none();
    long seed = 17;
    int epoch = 5;
    try (Epoch batches = Batches.of(set, 16, augmentation, normalization, seed).epoch(epoch)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        for (int i = 0; i < batch.size(); i++) {
          int index = batch.indices()[i];
          Philox words = new Philox(seed, 0x6175676d656e74L).split(epoch).split(index);
          float[] expected = obvious(set.image(index), augmentation, words, normalization);
          float[] actual = new float[C * H * W];
          System.arraycopy(batch.images(), i * C * H * W, actual, 0, C * H * W);
          assertArrayEquals(expected, actual, "image " + index);
        }
      }
    }
  }

  /** Pads, crops, flips and cuts out step by step on whole images in pixel space. */
  private static float[] obvious(
      byte[] image, Augmentation augmentation, Philox words, Normalization normalization) {
    int p = augmentation.padding();
    int cropY = words.below(2 * p + 1, 0);
    int cropX = words.below(2 * p + 1, 1);
    boolean flip = augmentation.flip() && words.below(2, 2) == 1;
    int top = words.below(H, 3) - augmentation.cutout() / 2;
    int left = words.below(W, 4) - augmentation.cutout() / 2;
    float[] result = new float[C * H * W];
    for (int c = 0; c < C; c++) {
      float[][] padded = new float[H + 2 * p][W + 2 * p];
      for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
          padded[y + p][x + p] = (image[(c * H + y) * W + x] & 0xFF) / 255f;
        }
      }
      float[][] cropped = new float[H][W];
      for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
          cropped[y][x] = padded[y + cropY][x + cropX];
        }
      }
      for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
          float pixel = flip ? cropped[y][W - 1 - x] : cropped[y][x];
          boolean cut =
              y >= top
                  && y < top + augmentation.cutout()
                  && x >= left
                  && x < left + augmentation.cutout();
          float value = cut ? NORMALIZATION.mean().get(c) : pixel;
          result[(c * H + y) * W + x] = normalization.apply(c, value);
        }
      }
    }
    return result;
  }

  @Test
  void drawsAreEvenAndDependOnSeedEpochAndImage() {
    var augmentation = Augmentation.standard().withCutout(8);
    int[] flips = new int[1];
    int[][] offsets = new int[9][9];
    Set<String> holes = new HashSet<>();
    Philox epoch = Augmentation.random(3, 0);
    int n = 81_000;
    for (int i = 0; i < n; i++) {
      var draw = augmentation.draw(epoch, i, 32, 32);
      flips[0] += draw.flipped() ? 1 : 0;
      offsets[draw.down() + 4][draw.right() + 4]++;
      holes.add(draw.cutTop() + " " + draw.cutBottom() + " " + draw.cutLeft());
      assertTrue(draw.cutTop() >= 0 && draw.cutBottom() <= 32 && draw.cutRight() <= 32);
    }
    assertEquals(n / 2.0, flips[0], 5 * Math.sqrt(n) / 2);
    for (int[] row : offsets) {
      for (int count : row) {
        assertEquals(1000, count, 160); // five standard deviations
      }
    }
    assertTrue(holes.size() > 800, "holes: " + holes.size());
    var draw = augmentation.draw(epoch, 12, 32, 32);
    assertEquals(draw, augmentation.draw(Augmentation.random(3, 0), 12, 32, 32));
    assertNotEquals(draw, augmentation.draw(Augmentation.random(4, 0), 12, 32, 32));
    assertNotEquals(draw, augmentation.draw(Augmentation.random(3, 1), 12, 32, 32));
    assertNotEquals(draw, augmentation.draw(epoch, 13, 32, 32));
  }

  @Test
  void settingsAreValues() {
    assertEquals(new Augmentation(4, true, 0), Augmentation.standard());
    assertEquals(
        new Augmentation(2, true, 8),
        Augmentation.none().withPadding(2).withFlip(true).withCutout(8));
    assertThrows(IllegalArgumentException.class, () -> Augmentation.none().withPadding(-1));
    assertThrows(IllegalArgumentException.class, () -> Augmentation.none().withCutout(-1));
  }
}
