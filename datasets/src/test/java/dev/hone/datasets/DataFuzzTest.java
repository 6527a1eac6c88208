package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.fuzz.Fuzz;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader of data sets takes a damaged file or refuses it with a {@link DatasetException} of
 * one line, and writes nothing beside it. See {@link Fuzz} for campaigns.
 */
@Timeout(3600)
class DataFuzzTest {
  /** Held here, since the platform keeps only a weak reference to a configured logger. */
  private static final Logger LOGGER = Logger.getLogger("dev.hone.datasets");

  private static final ReadOptions SMALL =
      ReadOptions.defaults().withImageSize(8).withCached(false);

  @TempDir private Path outside;

  @BeforeAll
  static void quiet() {
    LOGGER.setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    LOGGER.setLevel(null);
  }

  @BeforeEach
  void folder() throws IOException {
    Files.createDirectories(outside.resolve("one"));
    Files.writeString(outside.resolve("one/precious"), "do not touch");
  }

  /** A target whose refusals must be one line; nothing above the folder may change. */
  private Fuzz target(String name, Consumer<byte[]> reader) {
    Fuzz.Reader strict =
        file -> {
          try {
            reader.accept(file);
          } catch (DatasetException refused) {
            String message = String.valueOf(refused.getMessage());
            if (message.lines().count() != 1 || message.matches("(?s).*\\p{Cntrl}.*")) {
              throw new IllegalStateException("not one clean line: " + message, refused);
            }
            throw refused;
          }
        };
    Fuzz fuzz = Fuzz.target(name, strict, DatasetException.class).untouched(outside.resolve("one"));
    Path kept = Path.of("src", "test", "resources", "fuzz", name);
    return Files.isDirectory(kept) ? fuzz.regressions(kept) : fuzz;
  }

  private static ByteArrayInputStream stream(byte[] file) {
    return new ByteArrayInputStream(file);
  }

  @Test
  void idx() {
    Consumer<byte[]> both =
        file -> {
          if (file.length > 3 && file[3] == 3) {
            Idx.images("f", stream(file), 28, 2, 60_000);
          } else {
            Idx.labels("f", stream(file), 10, 60_000);
          }
        };
    target("idx", both)
        .seed(TestFiles.idxImages(2), TestFiles.idxLabels(100))
        .words("\0\0\10\3", "\0\0\10\1", "\0\0\0\34")
        .run();
    Consumer<byte[]> gzipped = file -> Idx.images("f", stream(file), 28, 2, 60_000);
    target("idx-gz", gzipped).seed(TestFiles.gzip(TestFiles.idxImages(2))).run();
  }

  @Test
  void cifar() {
    target("cifar10", file -> records(CifarLayout.CIFAR_10, "test_batch.bin", file))
        .seed(TestFiles.cifar10(0, 3))
        .upTo(20_000)
        .run();
    target("cifar100", file -> records(CifarLayout.CIFAR_100, "test.bin", file))
        .seed(TestFiles.cifar100(0, 3))
        .upTo(20_000)
        .run();
  }

  private static void records(CifarLayout layout, String name, byte[] file) {
    var records = new CifarRecords(layout, List.of(name), 4);
    try {
      records.read(name, stream(file));
    } catch (IOException e) {
      throw new IllegalStateException("no stream of bytes fails", e);
    }
    assertEquals(
        records.dataset("d", List.of(), Normalization.none(), false).count(),
        file.length / (3072 + layout.labelBounds().size()));
  }

  /** The file itself lies outside of the watched folder; what is unpacked would not. */
  private Consumer<byte[]> loading(String dataset, String file) {
    return bytes -> {
      TestFiles.write(outside.resolve(file), bytes);
      for (Split split : Split.values()) {
        Datasets.load(
            dataset,
            split,
            outside.resolve(file),
            dataset.startsWith("cifar") ? SMALL.withImageSize(0) : SMALL);
      }
    };
  }

  @Test
  void tar() {
    byte[] tar = TestFiles.tar(TestFiles.cifar100Members());
    String[] words = {
      "../../escape",
      "/etc/passwd",
      "GNU.sparse.major=1",
      "GNU.sparse.realsize=9999999999",
      "path=../x\n",
      "size=99999999999\n",
      "linkpath=/etc\n",
      "train.bin",
      "test.bin",
      "ustar\00000",
      "ustar  \0",
      "././@LongLink",
      "././@PaxHeader",
      "0",
      "1",
      "2",
      "5",
      "L",
      "K",
      "x",
      "g",
      "S",
      "D"
    };
    Consumer<byte[]> load = loading("cifar100", "cifar-100-binary.tar.gz");
    target("tar", load)
        .seed(tar)
        .words(words)
        .repaired(DataFuzzTest::withHeaderSums)
        .share(0.5)
        .run();
    // Compressed anew, so that the damage lies behind sound gzip checksums.
    target("tar-gz", load)
        .seed(tar)
        .words(words)
        .repaired(file -> TestFiles.gzip(withHeaderSums(file)))
        .share(0.5)
        .run();
    target("gz", load).seed(TestFiles.gzip(tar)).share(0.5).run();
  }

  /** The checksums of all headers that can be found put right. */
  private static byte[] withHeaderSums(byte[] file) {
    byte[] tar = file.clone();
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      boolean header = tar[at + 257] == 'u' && tar[at + 258] == 's';
      if (header) {
        int sum = 0;
        for (int i = 0; i < 512; i++) {
          sum += i >= 148 && i < 156 ? ' ' : tar[at + i] & 0xFF;
        }
        byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octal, 0, tar, at + 148, 8);
      }
    }
    return tar;
  }

  private static Map<String, byte[]> pictures() {
    var files = new LinkedHashMap<String, byte[]>();
    for (int i = 0; i < 5; i++) {
      files.put("gulls/g" + i + ".png", TestImages.png(i, 3, 2));
    }
    files.put("terns/t0.jpg", TestImages.jpeg(9, 8, 8));
    return files;
  }

  @Test
  void zip() {
    target("zip", loading("images", "images.zip"))
        .seed(TestImages.zip(pictures()))
        .words(
            "../../one/escape.png",
            "/x/y.png",
            "PK\1\2",
            "PK\3\4",
            "PK\5\6",
            "PK\6\6",
            "PK\6\7",
            "gulls/g0.png",
            "gulls/\n.png",
            "gulls/\0.png",
            "__MACOSX/",
            "train/a/b.png",
            "\1\0\30\0")
        .allocating(200L << 20)
        .share(0.25)
        .run();
  }

  @Test
  void pictureFiles() {
    var decoder = new ImageDecoder(8);
    var out = new byte[decoder.imageBytes()];
    Consumer<byte[]> decode = file -> decoder.decode("f", file, new Crop.Centre(), out, 0);
    target("png", decode)
        .seed(
            TestImages.png(1, 9, 7),
            TestImages.encode("png", TestImages.noise(2, 8, 8, BufferedImage.TYPE_BYTE_INDEXED)),
            TestImages.encode("png", TestImages.noise(3, 8, 8, BufferedImage.TYPE_USHORT_GRAY)))
        .words("IHDR", "IDAT", "PLTE", "tRNS", "iCCP", "zTXt", "gAMA", "IEND", "sRGB", "\0\0\0\1")
        .repaired(DataFuzzTest::withChunkSums)
        .upTo(4096)
        .allocating(900L << 20)
        .share(0.5)
        .run();
    target("jpeg", decode)
        .seed(
            TestImages.jpeg(1, 9, 7),
            TestImages.encode("jpeg", TestImages.noise(2, 16, 16, BufferedImage.TYPE_BYTE_GRAY)))
        .words(
            "\u00ff\u00d8",
            "\u00ff\u00c0",
            "\u00ff\u00c2",
            "\u00ff\u00c4",
            "\u00ff\u00da",
            "\u00ff\u00db",
            "\u00ff\u00dd",
            "\u00ff\u00d0",
            "\u00ff\u00e0",
            "\u00ff\u00ee",
            "\u00ff\u00d9",
            "Adobe",
            "JFIF\0",
            "Exif\0\0",
            "ICC_PROFILE\0")
        .upTo(4096)
        .allocating(900L << 20)
        .share(0.5)
        .run();
  }

  /** The CRC of each chunk put right, so that the decoder sees the damage. */
  private static byte[] withChunkSums(byte[] file) {
    ByteBuffer png = ByteBuffer.wrap(file.clone()).order(ByteOrder.BIG_ENDIAN);
    for (int at = 8; at + 12 <= file.length; ) {
      int length = png.getInt(at);
      if (length < 0 || length > file.length - at - 12) {
        break;
      }
      var crc = new CRC32();
      crc.update(png.array(), at + 4, length + 4);
      png.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
    return png.array();
  }
}
