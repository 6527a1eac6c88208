package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

class LsunTest {
  private static final ReadOptions SMALL =
      ReadOptions.defaults().withImageSize(8).withCached(false);

  @TempDir Path dir;

  @BeforeEach
  void databases() throws IOException {
    write("bedroom_train_lmdb", images(1, 9));
    write("bedroom_val_lmdb", images(50, 3));
    write("tower_train_lmdb", images(100, 5));
  }

  /** By key: any bytes, some of which are no text. */
  private static Map<byte[], byte[]> images(int seed, int n) {
    var images = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    for (int i = 0; i < n; i++) {
      images.put(new byte[] {(byte) (200 - 7 * i), 0, '/', (byte) i}, picture(seed + i));
    }
    return images;
  }

  private static byte[] picture(int seed) {
    return TestImages.jpeg(seed, 16, 12);
  }

  private void write(String name, Map<byte[], byte[]> images) throws IOException {
    Path folder = Files.createDirectories(dir.resolve(name));
    try (Env<byte[]> environment =
        Env.create(ByteArrayProxy.PROXY_BA).setMapSize(1 << 20).open(folder.toFile())) {
      var database = environment.openDbi((String) null, DbiFlags.MDB_CREATE);
      images.forEach(database::put);
    } catch (LinkageError e) {
      Assumptions.abort("lmdbjava has no native library for this machine: " + e);
    }
    Files.delete(folder.resolve("lock.mdb"));
  }

  private ImageDataset load(Split split, ReadOptions options) {
    return Datasets.load("lsun", split, dir, options);
  }

  private static byte[] decoded(int seed) {
    byte[] out = new byte[3 * 64];
    new ImageDecoder(8).decode("x", picture(seed), new Crop.Centre(), out, 0);
    return out;
  }

  @Test
  void theDatabasesAreReadInTheOrderOfTheirKeys() {
    ImageDataset train = load(Split.TRAIN, SMALL);
    assertEquals(List.of("bedroom", "tower"), train.classNames());
    assertArrayEquals(new int[] {9, 5}, train.classCounts());
    for (int i = 0; i < 9; i++) {
      assertArrayEquals(decoded(1 + 8 - i), train.image(i), "bedroom " + i);
    }
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(decoded(100 + 4 - i), train.image(9 + i), "tower " + i);
    }
    assertArrayEquals(new int[] {3, 0}, load(Split.TEST, SMALL).classCounts());
    assertTrue(train.description().contains("validation images"), train.description());
  }

  @Test
  void aLimitDecodesNoMore() {
    int[] decoded = {0};
    ReadOptions few = SMALL.withLimit(3).withProgress((what, done, total) -> decoded[0] = total);
    ImageDataset train = load(Split.TRAIN, few);
    assertArrayEquals(new int[] {2, 1}, train.classCounts());
    assertEquals(3 + 3, decoded[0], "three of each split");
    assertArrayEquals(decoded(9), train.image(0));
    assertArrayEquals(decoded(104), train.image(2));
  }

  @Test
  void nothingIsWrittenBesideTheData() throws IOException {
    List<String> before = listing();
    load(Split.TRAIN, SMALL);
    assertEquals(before, listing());
  }

  private List<String> listing() throws IOException {
    var found = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted().toList()) {
        found.add(file + " " + Files.getLastModifiedTime(file));
      }
    }
    return found;
  }

  /** LMDB itself would take the JVM with it. */
  @Test
  void aDatabaseThatIsCutShortIsRefused() throws IOException {
    Path file = dir.resolve("tower_train_lmdb/data.mdb");
    byte[] good = Files.readAllBytes(file);
    for (int length : new int[] {0, 100, 4096, 5000, 8191, good.length / 2, good.length - 4096}) {
      Files.write(file, Arrays.copyOf(good, length));
      TestFiles.assertRefused(() -> load(Split.TRAIN, SMALL), "data.mdb", "get it again");
    }
    for (int at : new int[] {16, 20, 40, 41, 4096 + 16}) {
      byte[] bad = good.clone();
      bad[at] ^= 0x55;
      Files.write(file, bad);
      TestFiles.assertRefused(() -> load(Split.TRAIN, SMALL), "data.mdb", "get it again");
    }
    Files.delete(file);
    TestFiles.assertRefused(() -> load(Split.TRAIN, SMALL), "tower_train_lmdb", "data.mdb in it");
  }

  @Test
  void otherFoldersSayWhatIsMissing() throws IOException {
    TestFiles.assertRefused(
        () -> Datasets.load("lsun", Split.TRAIN, dir.resolve("bedroom_train_lmdb")),
        "<category>_train_lmdb",
        "neither");
    TestFiles.assertRefused(
        () -> Datasets.load("lsun", Split.TRAIN, dir.resolve("gone")), "no such folder");
    TestFiles.assertRefused(() -> Datasets.load("lsun", Split.TRAIN), "--data-dir");
    write("bad_train_lmdb", Map.of(new byte[] {1}, new byte[] {2}));
    TestFiles.assertRefused(() -> load(Split.TRAIN, SMALL), "bad_train_lmdb", "a JPEG or PNG");
  }

  /** As it is for everybody who has not asked for lmdbjava. */
  @Test
  void withoutLmdbjavaOneLineSaysHowToAddIt() throws ReflectiveOperationException, IOException {
    var urls = new ArrayList<URL>();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : classPath.split(File.pathSeparator)) {
      if (!entry.contains("lmdbjava")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    try (var loader =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Class<?> splits = loader.loadClass(Split.class.getName());
      var load =
          loader
              .loadClass(Datasets.class.getName())
              .getMethod("load", String.class, splits, Path.class);
      Object train = splits.getField("TRAIN").get(null);
      var thrown =
          assertThrows(
              InvocationTargetException.class, () -> load.invoke(null, "lsun", train, dir));
      Throwable cause = Objects.requireNonNull(thrown.getCause());
      String message = String.valueOf(cause.getMessage());
      assertEquals(DatasetException.class.getName(), cause.getClass().getName());
      assertTrue(message.contains("expected lmdbjava"), message);
      assertTrue(message.contains("HONE_CLASS_PATH"), message);
      assertEquals(1, message.lines().count());
    }
  }
}
