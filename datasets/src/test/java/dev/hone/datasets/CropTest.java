package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.awt.Rectangle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CropTest {
  @Test
  void theCentreSquareIsAsLargeAsItCanBe() {
    assertEquals(new Rectangle(5, 0, 20, 20), new Crop.Centre().square(30, 20));
    assertEquals(new Rectangle(0, 5, 20, 20), new Crop.Centre().square(20, 31));
    assertEquals(new Rectangle(0, 0, 1, 1), new Crop.Centre().square(1, 1));
  }

  @ParameterizedTest(name = "box {0} {1} {2} x {3}, margin {4}")
  @CsvSource({
    // In the middle: around the box's centre.
    "40, 30, 20, 10, 0, 40, 25, 20",
    "40, 30, 20, 10, 0.1, 38, 23, 24",
    // At an edge or in a corner: moved into the image.
    "0, 0, 20, 10, 0.1, 0, 0, 24",
    "80, 65, 20, 15, 0.5, 60, 40, 40",
    // Taller than the image is high, and larger than all of it: bars on both sides.
    "10, 10, 90, 20, 0, 10, -5, 90",
    "0, 0, 100, 80, 0.1, -10, -20, 120",
    // What lies outside the image does not count.
    "-10, 10, 30, 20, 0, 0, 10, 20",
    "90, 70, 30, 30, 0, 90, 70, 10",
    "100, 0, 5, 5, 0, 0, 0, 0",
    "-5, 0, 5, 5, 0, 0, 0, 0"
  })
  void theSquareAroundABox(
      double left, double top, double width, double height, double margin, int x, int y, int side) {
    var crop = new Crop.AroundBox(left, top, width, height, margin);
    assertEquals(new Rectangle(x, y, side, side), crop.square(100, 80));
  }

  /** Wherever a box lies, the square holds all that lies of it within the image. */
  @Test
  void nothingOfTheBoxIsCutOff() {
    var noise = new Philox(3, 0);
    for (int round = 0; round < 2000; round++) {
      var words = noise.split(round);
      int width = 1 + words.below(200, 0);
      int height = 1 + words.below(200, 1);
      int left = words.below(width, 2);
      int top = words.below(height, 3);
      int right = left + 1 + words.below(width - left, 4);
      int bottom = top + 1 + words.below(height - top, 5);
      Rectangle square =
          new Crop.AroundBox(left, top, right - left, bottom - top, words.below(11, 6) / 10.0)
              .square(width, height);
      assertTrue(
          square.contains(left, top) && square.contains(right - 1, bottom - 1),
          "round " + round + ": " + square);
    }
  }
}
