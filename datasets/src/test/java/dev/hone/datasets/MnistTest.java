package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  @TempDir Path dir;

  private void files(String folder, Split split, byte[] labels) {
    Path place = dir.resolve(folder);
    String images = IdxFiles.imagesName(split) + ".gz";
    TestFiles.write(place.resolve(images), TestFiles.gzip(TestFiles.idxImages(labels.length)));
    byte[] idx = TestFiles.idx(0x801, new int[] {labels.length}, labels);
    TestFiles.write(place.resolve(IdxFiles.labelsName(split)), idx);
  }

  private static final byte[] DIGITS = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5};
  private static final byte[] CLOTHES = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9};

  @Test
  void theFilesAreFoundInTheFolderOrItsOwn() {
    files("plain", Split.TRAIN, DIGITS);
    files("shared/mnist", Split.TEST, DIGITS);
    files("shared", Split.TEST, CLOTHES);
    ImageDataset train = Datasets.load("mnist", Split.TRAIN, dir.resolve("plain"));
    assertEquals(12, train.count());
    assertEquals(9, train.label(4));
    assertEquals("9", train.classNames().get(9));
    assertEquals(32, train.width());
    assertTrue(train.description().contains("official split"), train.description());
    assertEquals(4, Datasets.load("mnist", Split.TEST, dir.resolve("shared")).label(2));
    assertEquals(0, Datasets.load("fashion-mnist", Split.TEST, dir.resolve("shared")).label(2));
    TestFiles.assertRefused(
        () -> Datasets.load("mnist", Split.TEST, dir.resolve("plain")), "t10k-images-idx3-ubyte");
    TestFiles.assertRefused(() -> Datasets.load("mnist", Split.TEST), "--data-dir");
  }

  /** Both have the same names and shapes, so only what is in the files tells them apart. */
  @Test
  void theOtherSetIsNotTakenForThisOne() {
    files("digits", Split.TRAIN, DIGITS);
    files("clothes", Split.TRAIN, CLOTHES);
    TestFiles.assertRefused(
        () -> Datasets.load("mnist", Split.TRAIN, dir.resolve("clothes")),
        "the labels of mnist",
        "those of fashion-mnist",
        "a folder of its own");
    TestFiles.assertRefused(
        () -> Datasets.load("fashion-mnist", Split.TRAIN, dir.resolve("digits")), "those of mnist");
  }

  @Test
  void theNormalizationHeedsThePadding() {
    double part = 784.0 / 1024;
    double mean = part * 0.1307;
    double std = Math.sqrt(part * (0.3081 * 0.3081 + 0.1307 * 0.1307) - mean * mean);
    assertEquals(mean, Mnist.FILES.normalization().mean().getFirst(), 1e-6);
    assertEquals(std, Mnist.FILES.normalization().std().getFirst(), 1e-6);
  }
}
