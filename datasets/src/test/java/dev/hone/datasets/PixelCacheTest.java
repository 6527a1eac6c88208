package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelCacheTest {
  /** Held here, since the platform keeps only a weak reference to a configured logger. */
  private static final Logger LOGGER = Logger.getLogger(CacheFile.class.getName());

  private final String usual = System.getProperty(CacheFolder.PROPERTY, "");

  @TempDir Path dir;
  private int decoded;

  @BeforeEach
  void ownCache() {
    LOGGER.setLevel(Level.OFF);
    System.setProperty(CacheFolder.PROPERTY, dir.resolve("cache").toString());
    TestFiles.write(dir.resolve("birds.zip"), TestImages.zip(TestImages.birds()));
  }

  @AfterEach
  void usualCache() {
    LOGGER.setLevel(null);
    System.setProperty(CacheFolder.PROPERTY, usual);
  }

  private ImageDataset load(Split split, int size) {
    return load("birds.zip", split, size);
  }

  private ImageDataset load(String place, Split split, int size) {
    decoded = 0;
    ReadOptions options =
        ReadOptions.defaults()
            .withImageSize(size)
            .withProgress((what, done, total) -> decoded = done);
    return Datasets.load("images", split, dir.resolve(place), options);
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("cache/images"))) {
      return files.toList();
    }
  }

  private static void assertSame(ImageDataset expected, ImageDataset actual) {
    assertEquals(expected.normalization(), actual.normalization());
    assertArrayEquals(expected.labels(), actual.labels());
    for (int i = 0; i < expected.count(); i++) {
      assertArrayEquals(expected.image(i), actual.image(i), "image " + i);
    }
  }

  @Test
  void whatWasDecodedOnceIsNotDecodedAgain() throws IOException {
    ImageDataset train = load(Split.TRAIN, 8);
    assertEquals(18, decoded);
    assertSame(train, load(Split.TRAIN, 8));
    assertEquals(0, decoded);
    ImageDataset test = load(Split.TEST, 8);
    assertEquals(0, decoded, "both splits are kept");
    Files.delete(kept().getFirst());
    assertSame(test, load(Split.TEST, 8));
    assertEquals(18, decoded);
    load(Split.TRAIN, 9);
    assertEquals(18, decoded, "another size is another file");
    Files.copy(dir.resolve("birds.zip"), dir.resolve("copy.zip"));
    load("copy.zip", Split.TRAIN, 8);
    assertEquals(0, decoded, "an archive may move");
    assertEquals(2, kept().size());
  }

  @Test
  void changedFilesAreDecodedAnew() throws IOException {
    load(Split.TRAIN, 8);
    var files = TestImages.birds();
    files.put("gulls/g03.png", TestImages.png(99, 12, 12));
    TestFiles.write(dir.resolve("birds.zip"), TestImages.zip(files));
    load(Split.TRAIN, 8);
    assertEquals(18, decoded);

    for (Map.Entry<String, byte[]> file : TestImages.birds().entrySet()) {
      TestFiles.write(dir.resolve("folder").resolve(file.getKey()), file.getValue());
    }
    load("folder", Split.TRAIN, 8);
    assertEquals(18, decoded);
    load("folder", Split.TRAIN, 8);
    assertEquals(0, decoded);
    Files.setLastModifiedTime(dir.resolve("folder/gulls/g03.png"), FileTime.fromMillis(1));
    load("folder", Split.TRAIN, 8);
    assertEquals(18, decoded);
  }

  /** Any damage: the images are right all the same, and the cache is right again afterwards. */
  @Test
  void aDamagedFileIsMadeAgain() throws IOException {
    ImageDataset[] expected = {load(Split.TRAIN, 8), load(Split.TEST, 8)};
    Path file = kept().getFirst();
    byte[] good = Files.readAllBytes(file);
    var random = new Philox(1, 0);
    for (int round = 0; round < 60; round++) {
      Philox words = random.split(round);
      byte[] bad = good.clone();
      // The pixels of the other split do not matter to one, so damage is put where it does.
      boolean train = round % 2 == 0;
      int trainEnd = 44 + 8 + 15 * 192 + 8;
      switch (words.below(3, 0)) {
        case 0 -> bad = Arrays.copyOf(bad, words.below(bad.length, 1));
        case 1 -> bad = Arrays.copyOf(bad, bad.length + 1 + words.below(9, 1));
        default -> {
          int at = train ? words.below(trainEnd, 1) : trainEnd + words.below(3 * 192 + 8, 1);
          bad[at] ^= (byte) (1 << words.below(8, 2));
        }
      }
      Files.write(file, bad);
      Split split = train ? Split.TRAIN : Split.TEST;
      assertSame(expected[split.ordinal()], load(split, 8));
      assertEquals(18, decoded, "round " + round);
      assertArrayEquals(good, Files.readAllBytes(file), "round " + round);
    }
    assertEquals(List.of(file), kept());
  }

  @Test
  void aCacheThatCannotBeWrittenIsDoneWithout() throws IOException {
    ImageDataset expected = load(Split.TRAIN, 8);
    Files.write(dir.resolve("file"), new byte[1]);
    System.setProperty(CacheFolder.PROPERTY, dir.resolve("file").toString());
    for (int i = 0; i < 2; i++) {
      assertSame(expected, load(Split.TRAIN, 8));
      assertEquals(18, decoded);
    }
    assertEquals(1, Files.size(dir.resolve("file")));
  }

  /** As a full disk does it: some bytes go out, then no more. */
  @Test
  void aWriteThatFailsHalfwayLeavesNothing() throws IOException {
    var file = new CacheFile("x");
    file.write(out -> {
      out.write(ByteBuffer.allocate(1000));
      throw new IOException("No space left on device");
    });
    assertEquals(List.of(), kept());
    assertTrue(file.read(in -> 1).isEmpty());
    file.write(out -> out.write(ByteBuffer.allocate(10)));
    file.write(out -> {
      throw new IOException("No space left on device");
    });
    assertEquals(10, Files.size(kept().getFirst()), "the one that was there is still whole");
  }

  @Test
  void nothingIsKeptOfASetThatCannotBeRead() {
    var files = TestImages.birds();
    files.put("terns/t09.jpg", new byte[3]);
    TestFiles.write(dir.resolve("birds.zip"), TestImages.zip(files));
    TestFiles.assertRefused(() -> load(Split.TRAIN, 8), "terns/t09.jpg");
    assertFalse(Files.exists(dir.resolve("cache")));
  }

  @Test
  void theFolderFollowsPropertyVariablesAndSystem() {
    var linux = new Properties();
    linux.setProperty("user.home", dir.toString());
    linux.setProperty("os.name", "Linux");
    Path xdg = dir.resolve("xdg");
    assertEquals(dir.resolve(".cache").resolve("hone"), CacheFolder.path(linux, Map.of()));
    assertEquals(
        xdg.resolve("hone"), CacheFolder.path(linux, Map.of("XDG_CACHE_HOME", xdg.toString())));
    assertEquals(
        dir.resolve(".cache").resolve("hone"),
        CacheFolder.path(linux, Map.of("XDG_CACHE_HOME", "not/absolute")));
    Map<String, String> both = Map.of("XDG_CACHE_HOME", xdg.toString(), "HONE_CACHE", "own");
    assertEquals(Path.of("own"), CacheFolder.path(linux, both));
    linux.setProperty(CacheFolder.PROPERTY, "first");
    assertEquals(Path.of("first"), CacheFolder.path(linux, both));
    var windows = new Properties();
    windows.setProperty("user.home", dir.toString());
    windows.setProperty("os.name", "Windows 11");
    assertEquals(
        dir.resolve("local").resolve("hone"),
        CacheFolder.path(windows, Map.of("LOCALAPPDATA", dir.resolve("local").toString())));
  }
}
