package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CubTest {
  private static final ReadOptions SMALL =
      ReadOptions.defaults().withImageSize(8).withMargin(0).withCached(false);

  @TempDir Path dir;

  /** Five images of two classes; image i is grey but for a square of 8 x 8 in the colour i. */
  static Map<String, byte[]> files() {
    var files = new TreeMap<String, byte[]>();
    String[] paths = {
      "001.Albatross/A_1.jpg",
      "001.Albatross/A_2.jpg",
      "001.Albatross/A_3.jpg",
      "002.Auk/B_1.jpg",
      "002.Auk/B_2.jpg"
    };
    var images = new StringBuilder();
    for (int i = 0; i < paths.length; i++) {
      files.put("images/" + paths[i], picture(i));
      images.append(i + 1).append(' ').append(paths[i]).append('\n');
    }
    files.put("images.txt", bytes(images.toString()));
    files.put("classes.txt", bytes("1 001.Albatross\n2 002.Auk\n"));
    files.put("image_class_labels.txt", bytes("1 1\n2 1\n3 1\n4 2\n5 2\n"));
    files.put("train_test_split.txt", bytes("1 0\n2 1\n3 1\n4 1\n5 0\n"));
    files.put(
        "bounding_boxes.txt",
        bytes(
            "1 10.0 4.0 8.0 8.0\n2 12.0 4.0 8.0 8.0\n3 14.0 4.0 8.0 8.0\n4 16.0 4.0 8.0 8.0\n"
                + "5 18.0 4.0 8.0 8.0\n"));
    files.put("README", bytes("The Caltech-UCSD Birds-200-2011 Dataset\n"));
    files.put("parts/parts.txt", bytes("1 back\n"));
    return files;
  }

  private static byte[] picture(int i) {
    BufferedImage image = TestImages.plain(0x808080, 40, 30);
    for (int y = 4; y < 12; y++) {
      for (int x = 10 + 2 * i; x < 18 + 2 * i; x++) {
        image.setRGB(x, y, colour(i));
      }
    }
    return TestImages.encode("png", image); // no loss, whatever its name
  }

  private static int colour(int i) {
    return 0x102030 + 0x111111 * i;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** In the layout as published: a file beside the folder, then the folder. */
  static byte[] archive(Map<String, byte[]> files) {
    var members = new ArrayList<TestFiles.Member>();
    members.add(new TestFiles.Member("attributes.txt", bytes("1 has_bill_shape::curved\n")));
    files.forEach((path, data) -> members.add(new TestFiles.Member("CUB_200_2011/" + path, data)));
    return TestFiles.gzip(TestFiles.tar(members));
  }

  private Path tgz(Map<String, byte[]> files) {
    TestFiles.write(dir.resolve("CUB_200_2011.tgz"), archive(files));
    return dir;
  }

  private static ImageDataset load(Path place, Split split) {
    return Datasets.load("cub200-2011", split, place, SMALL);
  }

  private static void assertColours(ImageDataset set, int... numbers) {
    assertEquals(numbers.length, set.count());
    for (int i = 0; i < numbers.length; i++) {
      byte[] image = set.image(i);
      for (int c = 0; c < 3; c++) {
        byte expected = (byte) (colour(numbers[i]) >> (16 - 8 * c));
        for (int p = 0; p < 64; p++) {
          assertEquals(expected, image[c * 64 + p], "image " + i + ", channel " + c);
        }
      }
    }
  }

  @Test
  void theArchiveAndItsFolderAreCroppedAndSplitAsPublished() {
    Path archive = tgz(files());
    files().forEach((path, data) -> TestFiles.write(dir.resolve("x/CUB_200_2011/" + path), data));
    for (Path place :
        List.of(
            archive,
            archive.resolve("CUB_200_2011.tgz"),
            dir.resolve("x"),
            dir.resolve("x/CUB_200_2011"))) {
      ImageDataset train = load(place, Split.TRAIN);
      assertColours(train, 1, 2, 3);
      assertArrayEquals(new int[] {0, 0, 1}, train.labels());
      assertEquals(List.of("001.Albatross", "002.Auk"), train.classNames());
      assertColours(load(place, Split.TEST), 0, 4);
      assertTrue(train.description().contains("official split"), train.description());
      assertEquals(train.statistics(), train.normalization());
    }
  }

  @Test
  void theMarginBringsInWhatLiesAround() {
    // A box of 8 with a quarter on each side is 12 wide: two pixels of grey around the colour.
    ReadOptions wide = SMALL.withMargin(0.25).withImageSize(12);
    ImageDataset train = Datasets.load("cub200-2011", Split.TRAIN, tgz(files()), wide);
    byte[] image = train.image(0);
    for (int p = 0; p < 144; p++) {
      boolean inside = p / 12 >= 2 && p / 12 < 10 && p % 12 >= 2 && p % 12 < 10;
      assertEquals((byte) (inside ? colour(1) >> 16 : 0x80), image[p], "pixel " + p);
    }
  }

  @Test
  void aBoxBeyondItsImageIsClippedAndOneBesideItRefused() {
    var files = files();
    files.put("bounding_boxes.txt", bytes(boxes("12.0 4.0 8.0 8.0", "32.0 -9.0 20.0 17.0")));
    ImageDataset train = load(tgz(files), Split.TRAIN);
    assertEquals((byte) 0x80, train.image(0)[0]); // the 8 x 8 that lie within, all grey
    files.put("bounding_boxes.txt", bytes(boxes("12.0 4.0 8.0 8.0", "41.0 4.0 8.0 8.0")));
    TestFiles.assertRefused(
        () -> load(tgz(files), Split.TRAIN),
        "CUB_200_2011.tgz!CUB_200_2011/images/001.Albatross/A_2.jpg",
        "a box that lies within the image",
        "40 x 30");
  }

  private static String boxes(String usual, String second) {
    var text = new StringBuilder();
    for (int i = 1; i <= 5; i++) {
      text.append(i).append(' ').append(i == 2 ? second : usual).append('\n');
    }
    return text.toString();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "images.txt | 1 001.Albatross/A_1.jpg | image_class_labels.txt, 1 images, 5 lines",
        "images.txt | 1 ../../etc/x.jpg;* | images.txt, '../../etc/x.jpg', 001.Albatross",
        "images.txt | 1 001.Albatross/../x.jpg;* | images.txt, '001.Albatross/../x.jpg'",
        "images.txt | 1 002.Auk/B_1.jpg;* | images.txt, in the folder of its class, '002.Auk/B_1.jpg'",
        "images.txt | | images.txt, none left out, none",
        "images.txt | 2 001.Albatross/A_1.jpg | images.txt, none left out, 1 lines up to 2",
        "images.txt | 1 a;1 b | images.txt, two for 1",
        "classes.txt | 1 001.Albatross | image_class_labels.txt, classes from 1 to 1, '2' for image 4",
        "classes.txt | one 001.Albatross | classes.txt, 'one 001.Albatross'",
        "image_class_labels.txt | 1 0;2 1;3 1;4 2;5 2 | '0' for image 1",
        "image_class_labels.txt | 1 1;2 1;3 1;4 2 | image_class_labels.txt, 4 lines",
        "train_test_split.txt | 1 0;2 1;3 2;4 1;5 0 | '2' for image 3",
        "train_test_split.txt | 1;2;3;4;5 | a number and 1 field(s), '1'",
        "bounding_boxes.txt | 1 0 0 9 9;2 0 0 9 9;3 0 0 9 9;4 0 0 9 9;5 0 0 0 9 | '0 0 0 9' for image 5",
        "bounding_boxes.txt | 1 0 0 9 9;2 0 0 9 9;3 0 0 9 9;4 0 0 9 9;5 0 0 NaN 9 | NaN",
        "bounding_boxes.txt | 1 0 0 9 9;2 0 0 9 9;3 0 0 9 9;4 0 0 9 9;5 0 0 1e30 9 | 1e30"
      })
  void filesThatContradictEachOtherAreRefused(String file, String lines, String parts) {
    var files = files();
    String whole = new String(files.get(file), StandardCharsets.UTF_8);
    String rest = whole.substring(whole.indexOf('\n') + 1); // what * stands for
    String changed = lines == null ? "" : lines.replace(';', '\n').replace("*", rest);
    files.put(file, bytes(changed));
    TestFiles.assertRefused(() -> load(tgz(files), Split.TRAIN), parts.split(", "));
  }

  @Test
  void missingMembersAndFilesAreNamed() throws IOException {
    var files = files();
    files.remove("images/002.Auk/B_1.jpg");
    TestFiles.assertRefused(
        () -> load(tgz(files), Split.TRAIN), "CUB_200_2011.tgz", "no images/002.Auk/B_1.jpg");
    files().forEach((path, data) -> TestFiles.write(dir.resolve("x").resolve(path), data));
    Files.delete(dir.resolve("x/images/002.Auk/B_1.jpg"));
    TestFiles.assertRefused(
        () -> load(dir.resolve("x"), Split.TRAIN), "images.txt", "no images/002.Auk/B_1.jpg");
    Files.delete(dir.resolve("x/train_test_split.txt"));
    TestFiles.assertRefused(
        () -> load(dir.resolve("x"), Split.TRAIN), "train_test_split.txt", "missing");
    files.remove("train_test_split.txt");
    TestFiles.assertRefused(() -> load(tgz(files), Split.TRAIN), "no train_test_split.txt");
    TestFiles.assertRefused(
        () -> load(dir.resolve("gone"), Split.TRAIN), "CUB_200_2011.tgz", "no such folder");
    TestFiles.assertRefused(() -> Datasets.load("cub200-2011", Split.TRAIN), "--data-dir");
  }

  @Test
  void theSecondLoadReadsNoImages() throws IOException {
    Path archive = tgz(files()).resolve("CUB_200_2011.tgz");
    int[] decoded = {0};
    ReadOptions cached = SMALL.withCached(true).withProgress((what, done, total) -> decoded[0]++);
    ImageDataset first = Datasets.load("cub200-2011", Split.TRAIN, archive, cached);
    assertEquals(5, decoded[0]);
    for (Split split : Split.values()) {
      ImageDataset again = Datasets.load("cub200-2011", split, archive, cached);
      assertEquals(5, decoded[0]);
      assertEquals(first.normalization(), again.normalization());
      ImageDataset fresh = load(archive, split);
      for (int i = 0; i < fresh.count(); i++) {
        assertTrue(Arrays.equals(fresh.image(i), again.image(i)));
      }
    }
    try (Stream<Path> kept = Files.list(CacheFolder.path().resolve("images"))) {
      assertTrue(kept.noneMatch(file -> file.toString().endsWith(".tmp")));
    }
  }
}
