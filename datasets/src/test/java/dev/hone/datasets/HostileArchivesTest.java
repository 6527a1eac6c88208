package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that were made to do harm: each is refused in one line, and nothing is written. */
@Timeout(20)
class HostileArchivesTest {
  private static final byte[] RECORDS = TestFiles.cifar100(3, 4);

  @TempDir private Path outside;
  private Path dir = Path.of("");
  private List<String> before = List.of();

  @BeforeEach
  void folder() throws IOException {
    dir = Files.createDirectories(outside.resolve("a/b"));
    Files.writeString(outside.resolve("precious"), "do not touch");
    before = tree();
  }

  @AfterEach
  void nothingElseIsThere() throws IOException {
    Files.deleteIfExists(dir.resolve("cifar-100-binary.tar.gz"));
    Files.deleteIfExists(dir.resolve("images.zip"));
    assertEquals(before, tree());
  }

  private List<String> tree() throws IOException {
    try (Stream<Path> files = Files.walk(outside)) {
      return files.map(file -> file + " " + file.toFile().length()).sorted().toList();
    }
  }

  private interface Members {
    void write(TarArchiveOutputStream tar) throws IOException;
  }

  private void tar(Members members) {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      members.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tar(out.toByteArray());
  }

  private void tar(byte[] tar) {
    TestFiles.write(dir.resolve("cifar-100-binary.tar.gz"), TestFiles.gzip(tar));
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] data) throws IOException {
    var entry = new TarArchiveEntry(name, true);
    entry.setSize(data.length);
    tar.putArchiveEntry(entry);
    tar.write(data);
    tar.closeArchiveEntry();
  }

  private static void special(TarArchiveOutputStream tar, String name, byte type, String to)
      throws IOException {
    var entry = new TarArchiveEntry(name, type);
    entry.setLinkName(to);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private ImageDataset test() {
    return Datasets.load("cifar100", Split.TEST, dir);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../test.bin",
        "/test.bin",
        "cifar-100-binary/../../../precious/test.bin",
        "C:\\x\\..\\/test.bin"
      })
  void aNameThatClimbsOutLeadsNowhere(String name) {
    tar(tar -> add(tar, name, RECORDS));
    assertEquals(4, test().count()); // read in place, so its folder does not matter
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_LINK,
        TarConstants.LF_SYMLINK,
        TarConstants.LF_FIFO,
        TarConstants.LF_CHR
      })
  void whatIsNoPlainFileIsNotRead(byte type) {
    tar(tar -> special(tar, "test.bin", type, "../../precious"));
    TestFiles.assertRefused(this::test, "test.bin as a plain file", "special member");
  }

  @Test
  void linksToTheWantedMemberDoNotStandForIt() {
    tar(tar -> {
      special(tar, "x", TarConstants.LF_SYMLINK, "test.bin");
      special(tar, "y", TarConstants.LF_LINK, "/etc/passwd");
    });
    TestFiles.assertRefused(this::test, "no test.bin");
  }

  @Test
  void aMemberThatIsThereTwiceIsRefused() {
    tar(tar -> {
      add(tar, "a/test.bin", RECORDS);
      add(tar, "b/test.bin", RECORDS);
    });
    TestFiles.assertRefused(this::test, "test.bin once", "twice");
  }

  /** A hole of gigabytes takes no room in an archive and would take long to read. */
  @ParameterizedTest
  @ValueSource(strings = {"holes.bin", "test.bin"})
  void holesAreNotWalkedThrough(String name) {
    byte[] tar = new byte[4 * 512];
    byte[] header = tarHeader(name, (byte) 'S', 0);
    ByteBuffer.wrap(header).put(257, "ustar  \0".getBytes(StandardCharsets.US_ASCII));
    octal(header, 386, 12, 0); // the only piece: no bytes at the very end of the hole
    octal(header, 398, 12, 0);
    octal(header, 483, 12, (1L << 33) - 1); // its size
    withSum(header);
    System.arraycopy(header, 0, tar, 0, 512);
    tar(tar);
    TestFiles.assertRefused(this::test, "cifar-100-binary.tar.gz", "a sparse one");
  }

  @Test
  void holesByExtendedHeadersAreNotWalkedThroughEither() {
    byte[] pax =
        TestFiles.concat(
            TestFiles.concat(
                paxRecord("GNU.sparse.major", "1"), paxRecord("GNU.sparse.minor", "0")),
            TestFiles.concat(
                paxRecord("GNU.sparse.name", "holes.bin"),
                paxRecord("GNU.sparse.realsize", "2000000000")));
    byte[] map = "1\n2000000000\n0\n".getBytes(StandardCharsets.US_ASCII);
    byte[] tar = new byte[6 * 512];
    System.arraycopy(tarHeader("pax", (byte) 'x', pax.length), 0, tar, 0, 512);
    System.arraycopy(pax, 0, tar, 512, pax.length);
    System.arraycopy(tarHeader("holes.bin", (byte) '0', 512), 0, tar, 1024, 512);
    System.arraycopy(map, 0, tar, 1536, map.length);
    tar(tar);
    TestFiles.assertRefused(this::test, "cifar-100-binary.tar.gz", "a sparse one");
  }

  @Test
  void extendedHeadersDoNotRunAwayWithMemory() {
    long start = TestFiles.allocated();
    byte[] pax = new byte[3 << 20];
    byte[] tar = new byte[512 + pax.length + 1024];
    System.arraycopy(tarHeader("pax", (byte) 'x', pax.length), 0, tar, 0, 512);
    tar(tar);
    TestFiles.assertRefused(this::test, "cifar-100-binary.tar.gz");
    byte[] size = paxRecord("size", "9000000000000000000");
    byte[] lying = new byte[2048];
    System.arraycopy(tarHeader("pax", (byte) 'x', size.length), 0, lying, 0, 512);
    System.arraycopy(size, 0, lying, 512, size.length);
    System.arraycopy(tarHeader("test.bin", (byte) '0', 512), 0, lying, 1024, 512);
    tar(lying);
    TestFiles.assertRefused(this::test, "cifar-100-binary.tar.gz");
    long cost = TestFiles.allocated() - start;
    assertTrue(cost < 64L << 20, "allocated " + cost);
  }

  @Test
  void emptyMembersByTheThousandsAreNotCounted() {
    byte[] header = tarHeader("e", (byte) '0', 0);
    byte[] tar = new byte[512 * 20_000];
    for (int at = 0; at < tar.length; at += 512) {
      System.arraycopy(header, 0, tar, at, 512);
    }
    tar(tar);
    long start = TestFiles.allocated();
    TestFiles.assertRefused(this::test, "at most 64 members");
    assertTrue(TestFiles.allocated() - start < 8 << 20, "they were all read");
  }

  @Test
  void oddNamesDoNotBreakTheLine() {
    byte[] cut = java.util.Arrays.copyOf(RECORDS, 3000);
    tar(tar -> add(tar, "one\ntwo\033[2J\u2028/test.bin", cut));
    TestFiles.assertRefused(this::test, "one?two?[2J?/test.bin");
  }

  @Test
  void aBombIsDefusedAtTheMostThatAnArchiveMayHave() {
    // A header that is believed; the gzip stream behind it would go on for terabytes.
    byte[] header = tarHeader("zeros", (byte) '0', 0);
    ByteBuffer.wrap(header).putInt(124, 0x8000_0000).putLong(128, 1L << 45);
    tar(TestFiles.concat(withSum(header), new byte[20 << 20]));
    Path file = dir.resolve("cifar-100-binary.tar.gz");
    var archive = new Archive(file, new Archive.Limits(64, 8 << 20));
    long start = TestFiles.allocated();
    TestFiles.assertRefused(
        () ->
            archive.read(
                Set.of("test.bin"),
                Archive::lastPart,
                "",
                (wanted, member, data) -> data.readAllBytes()),
        "larger than any such archive has");
    assertTrue(TestFiles.allocated() - start < 4 << 20, "it was kept");
  }

  private static byte[] tarHeader(String name, byte type, long size) {
    byte[] header = new byte[512];
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, 0, bytes.length);
    octal(header, 100, 8, 0644);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, size);
    octal(header, 136, 12, 0);
    header[156] = type;
    ByteBuffer.wrap(header).put(257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
    return withSum(header);
  }

  private static void octal(byte[] header, int at, int width, long value) {
    String text = ("%0" + (width - 1) + "o").formatted(value);
    System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, header, at, width - 1);
  }

  private static byte[] withSum(byte[] header) {
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, header, 148, 8);
    return header;
  }

  private static byte[] paxRecord(String key, String value) {
    int length = key.length() + value.length() + 3;
    length += Integer.toString(length + 2).length();
    return "%d %s=%s\n".formatted(length, key, value).getBytes(StandardCharsets.US_ASCII);
  }

  private ImageDataset images() {
    ReadOptions small = ReadOptions.defaults().withImageSize(8).withCached(false);
    return Datasets.load("images", Split.TRAIN, dir.resolve("images.zip"), small);
  }

  private void zip(byte[] zip) {
    TestFiles.write(dir.resolve("images.zip"), zip);
  }

  private static byte[] twoClasses() {
    return TestImages.zip(
        Map.of("a/1.png", TestImages.png(1, 8, 8), "b/2.png", TestImages.png(2, 8, 8)));
  }

  /** Replaces one text by another of its length, wherever it is. */
  private static byte[] replaced(byte[] file, String from, String to) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from) && from.length() == to.length());
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../1.png", "/aa/1.png", "a\\b/.png", "C:/1.png"})
  void aZipWhoseNamesClimbOutIsRefused(String name) {
    String honest = "x".repeat(name.length() - 4) + ".png";
    byte[] zip = TestImages.zip(Map.of(honest, TestImages.png(1, 8, 8)));
    zip(replaced(zip, honest, name));
    TestFiles.assertRefused(this::images, "images.zip", "trust");
  }

  @Test
  void twoFilesOfOneNameInAZipAreRefused() {
    zip(replaced(twoClasses(), "b/2.png", "a/1.png"));
    TestFiles.assertRefused(this::images, "images.zip", "a/1.png", "twice");
  }

  /** A reader by the central directory and one by the local headers would see different files. */
  @Test
  void whatTheLocalHeaderSaysIsNotUsed() {
    byte[] zip = twoClasses();
    byte[] lying = zip.clone();
    int local = new String(zip, StandardCharsets.ISO_8859_1).indexOf("a/1.png");
    System.arraycopy("../x.pn".getBytes(StandardCharsets.US_ASCII), 0, lying, local, 7);
    zip(zip);
    List<String> honest = images().classNames();
    zip(lying);
    assertEquals(honest, images().classNames());
  }

  @Test
  void aSizeThatLiesInAZipIsFoundOut() {
    for (int field : List.of(20, 24)) { // compressed and plain size in the central directory
      byte[] zip = twoClasses();
      ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
      int central = new String(zip, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
      for (int size : List.of(1, 3, Integer.MAX_VALUE, -1)) {
        bytes.putInt(central + field, size);
        zip(zip);
        long start = TestFiles.allocated();
        if (field == 20 || size != 1) {
          try {
            images();
          } catch (DatasetException refused) {
            assertEquals(1, String.valueOf(refused.getMessage()).lines().count());
          }
        }
        assertTrue(TestFiles.allocated() - start < 64 << 20, "a size was believed");
      }
    }
  }

  @Test
  void aZipBombIsDefused() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("a/bomb.png"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    zip(out.toByteArray());
    TestFiles.assertRefused(this::images, "a/bomb.png", "at most 32 MiB");
    // One that declares a harmless size.
    byte[] lying = out.toByteArray();
    int central = new String(lying, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
    ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, 100);
    zip(lying);
    TestFiles.assertRefused(this::images, "images.zip");
  }

  @Test
  void emptyFilesInAZipCostWhatTheirNamesDo() {
    zip(emptyFiles(100_000));
    long start = System.nanoTime();
    TestFiles.assertRefused(this::images, "images.zip");
    assertTrue(System.nanoTime() - start < 15_000_000_000L, "it took for ever");
  }

  /** A zip archive of empty stored files that all share one local header. */
  private static byte[] emptyFiles(int count) {
    byte[] name = "d/0000000.png".getBytes(StandardCharsets.US_ASCII);
    var zip = ByteBuffer.allocate(30 + name.length + count * (46 + name.length) + 56 + 20 + 22);
    zip.order(ByteOrder.LITTLE_ENDIAN);
    zip.putInt(0x04034b50).putShort((short) 10).putShort((short) 0).putShort((short) 0);
    zip.putInt(0).putInt((int) new CRC32().getValue()).putInt(0).putInt(0);
    zip.putShort((short) name.length).putShort((short) 0).put(name);
    int central = zip.position();
    for (int i = 0; i < count; i++) {
      byte[] own = "d/%07d.png".formatted(i).getBytes(StandardCharsets.US_ASCII);
      zip.putInt(0x02014b50).putShort((short) 10).putShort((short) 10).putInt(0).putInt(0);
      zip.putInt(0).putInt(0).putInt(0).putShort((short) own.length).putShort((short) 0);
      zip.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putInt(0).put(own);
    }
    int size = zip.position() - central;
    int end = zip.position();
    zip.putInt(0x06064b50)
        .putLong(44)
        .putShort((short) 45)
        .putShort((short) 45)
        .putInt(0)
        .putInt(0);
    zip.putLong(count).putLong(count).putLong(size).putLong(central);
    zip.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    zip.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort((short) -1);
    zip.putShort((short) -1).putInt(size).putInt(central).putShort((short) 0);
    return zip.array();
  }
}
