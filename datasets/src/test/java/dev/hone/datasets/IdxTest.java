package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
  private static ImageStore images(byte[] file) {
    return Idx.images("images", new ByteArrayInputStream(file), 28, 2, 60_000);
  }

  private static int[] labels(byte[] file) {
    return Idx.labels("labels", new ByteArrayInputStream(file), 10, 60_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void damageIsNamed(boolean gzipped) {
    byte[] images = TestFiles.idxImages(5);
    byte[] labels = TestFiles.idxLabels(5);
    assertEquals(5, images(wrap(images, gzipped)).count());
    assertEquals(5, labels(wrap(labels, gzipped)).length);

    TestFiles.assertRefused(
        () -> images(wrap(labels, gzipped)), "images: ", "0x00000803", "0x00000801");
    TestFiles.assertRefused(
        () -> labels(wrap(images, gzipped)), "labels: ", "0x00000801", "0x00000803");
    TestFiles.assertRefused(
        () -> images(wrap(Arrays.copyOf(images, images.length - 1), gzipped)),
        "5 images",
        "only 4 whole ones");
    TestFiles.assertRefused(
        () -> labels(wrap(Arrays.copyOf(labels, labels.length - 1), gzipped)),
        "5 labels",
        "only 4 whole ones");
    TestFiles.assertRefused(
        () -> images(wrap(TestFiles.concat(images, (byte) 0), gzipped)),
        "5 images and nothing after them");
    TestFiles.assertRefused(
        () -> labels(wrap(TestFiles.concat(labels, (byte) 0), gzipped)),
        "5 labels and nothing after them");
    TestFiles.assertRefused(
        () -> images(wrap(Arrays.copyOf(images, 9), gzipped)), "the end of the file before the");
    TestFiles.assertRefused(
        () -> images(wrap(new byte[0], gzipped)), "the end of the file before the magic number");

    byte[] foreign = labels.clone();
    foreign[8 + 3] = 10;
    TestFiles.assertRefused(
        () -> labels(wrap(foreign, gzipped)), "labels in [0, 10)", "label 10 at image 3");
  }

  private static byte[] wrap(byte[] data, boolean gzipped) {
    return gzipped ? TestFiles.gzip(data) : data;
  }

  @Test
  void otherSizesAreRefused() {
    byte[] tall = TestFiles.idx(0x803, new int[] {1, 32, 28}, new byte[32 * 28]);
    TestFiles.assertRefused(() -> images(tall), "images of height 28", "32");
    byte[] wide = TestFiles.idx(0x803, new int[] {1, 28, 32}, new byte[32 * 28]);
    TestFiles.assertRefused(() -> images(wide), "images of width 28", "32");
    byte[] none = TestFiles.idx(0x803, new int[] {0, 28, 28}, new byte[0]);
    TestFiles.assertRefused(() -> images(none), "1 to 60000 elements", "found 0");
    byte[] negative = TestFiles.idx(0x801, new int[] {-1}, new byte[0]);
    TestFiles.assertRefused(() -> labels(negative), "1 to 60000 elements", "4294967295");
  }

  @Test
  void aCutOrDirtyGzipStreamIsRefused() {
    byte[] whole = TestFiles.gzip(TestFiles.idxImages(5));
    for (int length : new int[] {3, 15, whole.length / 2, whole.length - 8, whole.length - 1}) {
      TestFiles.assertRefused(() -> images(Arrays.copyOf(whole, length)), "images: ", "fetch");
    }
    TestFiles.assertRefused(
        () -> images(TestFiles.concat(whole, (byte) 1, (byte) 2)), "images: ", "fetch");
    byte[] wrongSum = whole.clone();
    wrongSum[whole.length - 6] ^= 1;
    TestFiles.assertRefused(() -> images(wrongSum), "images: ", "fetch");
  }

  @Test
  void aHeaderThatLiesCostsNoMemory() {
    byte[] images = TestFiles.idx(0x803, new int[] {60_000, 28, 28}, new byte[784]);
    byte[] labels = TestFiles.idx(0x801, new int[] {60_000}, new byte[1]);
    long before = TestFiles.allocated();
    TestFiles.assertRefused(() -> images(images), "60000 images", "only 1 whole ones");
    TestFiles.assertRefused(() -> labels(labels), "60000 labels", "only 1 whole ones");
    long cost = TestFiles.allocated() - before;
    assertTrue(cost < 4 << 20, "allocated " + cost + " bytes");
  }
}
