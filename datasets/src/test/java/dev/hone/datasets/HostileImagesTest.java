package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.fuzz.Fuzz;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Image files, archives and tables made to hurt; a campaign may take long, one input may not. */
@Timeout(3600)
class HostileImagesTest {
  private static final ReadOptions SMALL =
      ReadOptions.defaults().withImageSize(8).withCached(false);

  /** Held here, since the platform keeps only a weak reference to a configured logger. */
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger(Archive.class.getName()), Logger.getLogger(ImageFiles.class.getName()));

  @TempDir Path dir;

  /** Each harmless mutant of an archive would be reported as not the published one. */
  @BeforeAll
  static void quiet() {
    LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
  }

  @AfterAll
  static void loud() {
    LOGGERS.forEach(logger -> logger.setLevel(null));
  }

  private ImageDataset images(byte[] zip) {
    TestFiles.write(dir.resolve("x.zip"), zip);
    return Datasets.load("images", Split.TRAIN, dir.resolve("x.zip"), SMALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x/a.png",
        "x/../../a.png",
        "x/..",
        "/etc/x/a.png",
        "C:/x/a.png",
        "x\\..\\a.png"
      })
  void namesThatClimbOutAreRefused(String name) {
    byte[] zip = TestImages.zip(Map.of("x/a.png", TestImages.png(1, 8, 8), name, new byte[1]));
    TestFiles.assertRefused(() -> images(zip), "names inside the archive", "source you trust");
  }

  @Test
  void namesWithLineBreaksStayOnOneLine() {
    byte[] zip = TestImages.zip(Map.of("x\n\u2028y/a\u001b[31m.png", new byte[1]));
    TestFiles.assertRefused(() -> images(zip), "x??y/a?[31m.png");
  }

  /** Forty megabytes of zeros in forty kilobytes: inflating stops at the bound. */
  @Test
  void aBombIsNotInflated() {
    byte[] zip = TestImages.zip(Map.of("x/a.png", new byte[40 << 20]));
    TestFiles.assertRefused(() -> images(zip), "x/a.png", "at most 32 MiB");
    // The same with a size in the directory that is not true.
    byte[] liar = zip.clone();
    for (int i = liar.length - 4; i > 0; i--) {
      if (liar[i] == 'P' && liar[i + 1] == 'K' && liar[i + 2] == 1 && liar[i + 3] == 2) {
        liar[i + 24] = 100;
        liar[i + 25] = liar[i + 26] = liar[i + 27] = 0;
        break;
      }
    }
    TestFiles.assertRefused(() -> images(liar), "x.zip");
  }

  @Test
  void manyEmptyEntriesAreRefusedAtTheFirst() {
    var entries = new ArrayList<Map.Entry<String, byte[]>>();
    for (int i = 0; i < 20_000; i++) {
      entries.add(Map.entry("x/%05d.png".formatted(i), new byte[0]));
    }
    TestFiles.assertRefused(() -> images(TestImages.zip(entries)), "an empty file");
  }

  /** ZipOutputStream refuses to write a name twice, so a name of the same length is changed. */
  @Test
  void aNameThatComesTwiceIsRefused() {
    byte[] image = TestImages.png(1, 8, 8);
    byte[] zip = TestImages.zip(Map.of("x/aaaa.png", image, "x/bbbb.png", image));
    String text = new String(zip, StandardCharsets.ISO_8859_1).replace("x/bbbb", "x/aaaa");
    TestFiles.assertRefused(
        () -> images(text.getBytes(StandardCharsets.ISO_8859_1)), "'x/aaaa.png' twice");
  }

  @Test
  void linksMayNotLeaveTheFolder() throws IOException {
    Path outside = dir.resolve("outside");
    Path folder = dir.resolve("folder");
    TestFiles.write(outside.resolve("secret.png"), TestImages.png(1, 8, 8));
    TestFiles.write(folder.resolve("a/one.png"), TestImages.png(2, 8, 8));
    Path link = folder.resolve("a/two.png");
    Files.createSymbolicLink(link, Path.of("one.png"));
    assertEquals(2, Datasets.load("images", Split.TRAIN, folder, SMALL).count());
    for (Path target : List.of(outside.resolve("secret.png"), outside, dir.resolve("nowhere"))) {
      Files.delete(link);
      Files.createSymbolicLink(link, target);
      TestFiles.assertRefused(
          () -> Datasets.load("images", Split.TRAIN, folder, SMALL),
          "two.png",
          "one that leads elsewhere");
    }
  }

  private static void decode(byte[] file) {
    new ImageDecoder(8).decode("x", file, new Crop.Centre(), new byte[3 * 64], 0);
  }

  @Test
  void jpegsAndPngs() {
    byte[] grey = TestImages.encode("png", TestImages.noise(3, 9, 9, BufferedImage.TYPE_BYTE_GRAY));
    byte[] palette =
        TestImages.encode("png", TestImages.noise(3, 9, 9, BufferedImage.TYPE_BYTE_INDEXED));
    Fuzz.target("images: JPEG and PNG", HostileImagesTest::decode, DatasetException.class)
        .seed(TestImages.jpeg(1, 17, 11), TestImages.png(2, 9, 9), grey, palette)
        .words("\u00ff\u00da", "\u00ff\u00c0", "\u00ff\u00c4", "\u00ff\u00dd", "IHDR", "IDAT")
        .words("PLTE", "tRNS", "iCCP", "zTXt", "\u00ff\u00ee\0\16Adobe")
        .upTo(4096)
        .allocating(64L << 20)
        .run();
  }

  /** With the checksums of all chunks put right, so that what is in them is believed. */
  @Test
  void pngChunks() {
    Fuzz.target("images: PNG chunks", HostileImagesTest::decode, DatasetException.class)
        .seed(TestImages.png(2, 9, 9))
        .words("IHDR", "IDAT", "PLTE", "tRNS", "iCCP", "zTXt", "IEND")
        .repaired(PngChunks::repaired)
        .upTo(4096)
        .allocating(64L << 20)
        .run();
  }

  @Test
  void zips() {
    var few = new HashMap<String, byte[]>();
    few.put("a/1.png", TestImages.png(1, 8, 8));
    few.put("b/2.jpg", TestImages.jpeg(2, 8, 8));
    few.put("b/readme.txt", new byte[20]);
    Path folder = dir.resolve("zips");
    TestFiles.write(folder.resolve("x.zip"), TestImages.zip(few));
    Fuzz.target(
            "images: zip",
            file -> {
              Files.write(folder.resolve("x.zip"), file);
              Datasets.load("images", Split.TRAIN, folder.resolve("x.zip"), SMALL);
            },
            DatasetException.class)
        .seed(TestImages.zip(few), TestImages.zip(Map.of("train/a/1.png", few.get("a/1.png"))))
        .words("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "../", "train/", "test/", "a/1.png")
        .upTo(1 << 14)
        .run();
    assertOnly(folder, "x.zip");
  }

  private static void assertOnly(Path folder, String name) {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve(name)), files.toList());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tables() {
    String mark = "\n#####\n";
    var texts = new StringBuilder();
    for (String name : CubIndex.FILES) {
      texts.append(new String(CubTest.files().get(name), StandardCharsets.UTF_8)).append(mark);
    }
    Fuzz.target(
            "cub200-2011: tables",
            file -> {
              String[] parts = new String(file, StandardCharsets.UTF_8).split(mark, -1);
              var tables = new HashMap<String, String>();
              for (int i = 0; i < CubIndex.FILES.size(); i++) {
                tables.put(CubIndex.FILES.get(i), i < parts.length ? parts[i] : "");
              }
              CubIndex index = CubIndex.parse("", tables);
              for (CubIndex.Image image : index.images()) {
                List<String> names = List.of(image.path().split("/", -1));
                assertEquals(2, names.size(), image.path());
                assertTrue(names.stream().noneMatch(name -> name.startsWith(".")), image.path());
              }
            },
            DatasetException.class)
        .seed(texts.toString().getBytes(StandardCharsets.UTF_8))
        .words("../", "001.Albatross/", "NaN", "-1", "1e308", "2147483647", "99999999999", mark)
        .run();
  }

  @Test
  void archives() {
    Path folder = dir.resolve("tgz");
    TestFiles.write(folder.resolve("CUB_200_2011.tgz"), new byte[1]);
    Fuzz.Reader reader =
        file -> {
          Files.write(folder.resolve("CUB_200_2011.tgz"), file);
          Datasets.load("cub200-2011", Split.TRAIN, folder, SMALL);
        };
    byte[] tgz = CubTest.archive(CubTest.files());
    Fuzz.target("cub200-2011: tgz", reader, DatasetException.class).seed(tgz).share(0.5).run();
    Fuzz.target("cub200-2011: tar", reader, DatasetException.class)
        .seed(TestFiles.gunzip(tgz))
        .words("CUB_200_2011/images/001.Albatross/A_1.jpg", "../../", "ustar\00000", "images.txt")
        .repaired(TestFiles::gzip)
        .share(0.5)
        .run();
    assertOnly(folder, "CUB_200_2011.tgz");
  }
}
