package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final ReadOptions SMALL =
      ReadOptions.defaults().withImageSize(8).withCached(false);

  @TempDir Path dir;

  private Path folder(String name, Map<String, byte[]> files) {
    files.forEach((path, bytes) -> TestFiles.write(dir.resolve(name).resolve(path), bytes));
    return dir.resolve(name);
  }

  private Path zip(String name, Map<String, byte[]> files) {
    TestFiles.write(dir.resolve(name), TestImages.zip(files));
    return dir.resolve(name);
  }

  private static ImageDataset load(Path place, Split split) {
    return Datasets.load("images", split, place, SMALL);
  }

  /** Each image with its class, so that order can be left out of a comparison. */
  private static List<String> content(ImageDataset set) {
    var content = new ArrayList<String>();
    for (int i = 0; i < set.count(); i++) {
      content.add(set.classNames().get(set.label(i)) + Arrays.toString(set.image(i)));
    }
    return content;
  }

  private static void assertSame(ImageDataset expected, ImageDataset actual) {
    assertEquals(content(expected), content(actual));
    assertEquals(expected.normalization(), actual.normalization());
    assertEquals(expected.description(), actual.description());
  }

  @Test
  void aFolderAndAZipOfItAreTheSameSet() {
    Path folder = folder("birds", TestImages.birds());
    Path zip = zip("birds.zip", TestImages.birds());
    var wrapped = new TreeMap<String, byte[]>();
    TestImages.birds().forEach((path, bytes) -> wrapped.put("around/it/" + path, bytes));
    Path deeper = zip("wrapped.zip", wrapped);
    for (Split split : Split.values()) {
      ImageDataset expected = load(folder, split);
      assertEquals(List.of("gulls", "terns"), expected.classNames());
      assertEquals(List.of(3, 8, 8), List.of(expected.channels(), 8, expected.width()));
      assertSame(expected, load(zip, split));
      assertSame(expected, load(deeper, split));
    }
  }

  @Test
  void aFifthOfEachClassIsTheTestSplitWhateverTheOrder() {
    Path zip = zip("birds.zip", TestImages.birds());
    ImageDataset train = load(zip, Split.TRAIN);
    ImageDataset test = load(zip, Split.TEST);
    assertArrayEquals(new int[] {6, 9}, train.classCounts());
    assertArrayEquals(new int[] {1, 2}, test.classCounts());
    Set<String> all = new HashSet<>(content(train));
    all.addAll(content(test));
    assertEquals(18, all.size(), "no image is in both");
    assertTrue(train.description().contains("a fifth of each class"), train.description());
    assertEquals(train.statistics(), train.normalization());
    assertEquals(train.normalization(), test.normalization());

    var reversed = new ArrayList<>(TestImages.birds().entrySet());
    Collections.reverse(reversed);
    Path backwards = dir.resolve("backwards.zip");
    TestFiles.write(backwards, TestImages.zip(reversed));
    assertSame(test, load(backwards, Split.TEST));
    assertSame(train, load(backwards, Split.TRAIN));
  }

  /** Renaming one image moves no other across, but for at most one that takes its place. */
  @Test
  void theSplitHangsOnNamesAlone() {
    ImageDataset before = load(zip("a.zip", TestImages.birds()), Split.TEST);
    var other = new TreeMap<>(TestImages.birds());
    for (String name : List.of("gulls/g00.png", "gulls/g01.png")) {
      other.put(name, TestImages.png(77, 30, 30));
    }
    ImageDataset after = load(zip("b.zip", other), Split.TEST);
    assertArrayEquals(before.classCounts(), after.classCounts());
    assertEquals(
        content(before).subList(1, 3), content(after).subList(1, 3), "terns were not touched");
  }

  @Test
  void foldersOfSplitsAreHeeded() {
    var files = new TreeMap<String, byte[]>();
    for (Map.Entry<String, byte[]> file : TestImages.birds().entrySet()) {
      boolean test = file.getKey().contains("3.");
      files.put("set/" + (test ? "val/" : "train/") + file.getKey(), file.getValue());
    }
    Path place = folder("split", files);
    assertArrayEquals(new int[] {1, 1}, load(place, Split.TEST).classCounts());
    ImageDataset train = load(place, Split.TRAIN);
    assertArrayEquals(new int[] {6, 10}, train.classCounts());
    assertTrue(train.description().contains("train and val"), train.description());

    files.put("set/test/gulls/x.png", TestImages.png(1, 8, 8));
    TestFiles.assertRefused(
        () -> load(zip("three.zip", files), Split.TRAIN), "several test splits", "test and val");
    TestFiles.assertRefused(
        () -> load(folder("only", Map.of("train/a/x.png", TestImages.png(1, 8, 8))), Split.TEST),
        "images of the test split",
        "none");
  }

  @Test
  void aLimitTakesTheFirstOfEachClass() {
    Path zip = zip("birds.zip", TestImages.birds());
    ImageDataset limited = Datasets.load("images", Split.TRAIN, zip, SMALL.withLimit(5));
    assertEquals(content(load(zip, Split.TRAIN).limit(5)), content(limited));
  }

  @Test
  void otherLayoutsAreRefusedWithTheWayOut() throws IOException {
    byte[] image = TestImages.png(1, 8, 8);
    TestFiles.assertRefused(
        () -> load(folder("flat", Map.of("x.png", image)), Split.TRAIN),
        "folder/class/image.jpg",
        "'x.png'",
        "a folder of its own");
    TestFiles.assertRefused(
        () -> load(zip("deep.zip", Map.of("a/b/x.png", image, "c/d/x.png", image)), Split.TRAIN),
        "'a' between the folder and the classes");
    TestFiles.assertRefused(
        () -> load(zip("mixed.zip", Map.of("a/x.png", image, "c/d/x.png", image)), Split.TRAIN),
        "different depths");
    TestFiles.assertRefused(
        () -> load(zip("none.zip", Map.of("a/readme.txt", image)), Split.TRAIN), "no .jpg");
    TestFiles.assertRefused(() -> load(dir.resolve("gone"), Split.TRAIN), "no such folder");
    TestFiles.assertRefused(() -> Datasets.load("images", Split.TRAIN), "--data-dir");
    TestFiles.assertRefused(
        () -> Datasets.load("birds", Split.TRAIN, dir), "cub200_2010_64x64_jpg.zip");
    Files.write(dir.resolve("no.zip"), new byte[100]);
    TestFiles.assertRefused(() -> load(dir.resolve("no.zip"), Split.TRAIN), "no.zip");
  }

  @Test
  void birdsLieInTheirArchiveOrItsFolder() {
    Path data = dir.resolve("data");
    TestFiles.write(data.resolve("cub200_2010_64x64_jpg.zip"), TestImages.zip(TestImages.birds()));
    ImageDataset zipped = Datasets.load("birds", Split.TEST, data, SMALL);
    assertEquals("birds", zipped.name());
    assertTrue(zipped.description().contains("not CUB-200-2011"), zipped.description());
    assertSame(
        zipped,
        Datasets.load("birds", Split.TEST, data.resolve("cub200_2010_64x64_jpg.zip"), SMALL));
    TestImages.birds()
        .forEach((path, bytes) ->
            TestFiles.write(dir.resolve("other/cub200_2010_64x64_jpg").resolve(path), bytes));
    assertSame(zipped, Datasets.load("birds", Split.TEST, dir.resolve("other"), SMALL));
  }

  @Test
  void oneBadFileIsNamedWhicheverThreadFindsIt() {
    var files = new TreeMap<>(TestImages.birds());
    files.put("gulls/g05.png", new byte[] {1, 2, 3});
    files.put("terns/t04.jpg", new byte[0]);
    files.put("terns/t05.jpg", new byte[0]);
    for (int i = 0; i < 20; i++) {
      TestFiles.assertRefused(
          () -> load(zip("bad.zip", files), Split.TRAIN),
          "bad.zip!gulls/g05.png",
          "neither by its first bytes",
          "take it out");
    }
  }

  @Test
  void progressCountsEveryImageOnThisThread() {
    Path zip = zip("birds.zip", TestImages.birds());
    var heard = new ArrayList<String>();
    Thread here = Thread.currentThread();
    Datasets.load(
        "images",
        Split.TRAIN,
        zip,
        SMALL.withProgress((what, done, total) -> {
          assertEquals(here, Thread.currentThread());
          heard.add(what + " " + done + "/" + total);
        }));
    assertEquals(18, heard.size());
    assertEquals("decoding images 1/18", heard.getFirst());
    assertEquals("decoding images 18/18", heard.getLast());
  }

  @Test
  void setsOfOneSizeRefuseAnother() {
    TestFiles.assertRefused(
        () -> Datasets.load("cifar10", Split.TRAIN, dir, ReadOptions.defaults().withImageSize(64)),
        "cifar10",
        "32x32",
        "64");
    assertThrows(IllegalArgumentException.class, () -> SMALL.withImageSize(7));
    assertThrows(IllegalArgumentException.class, () -> SMALL.withMargin(-0.1));
    assertThrows(IllegalArgumentException.class, () -> SMALL.withLimit(-1));
    assertNotEquals(SMALL, SMALL.withLimit(1));
  }
}
