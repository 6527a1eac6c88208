package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.datasets.TestFiles.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
  private static final String TEN = "cifar-10-binary.tar.gz";
  private static final String HUNDRED = "cifar-100-binary.tar.gz";

  @TempDir Path dir;

  private ImageDataset load(String name, Split split) {
    return Datasets.load(name, split, dir);
  }

  private void archive(String name, List<Member> members) {
    TestFiles.write(dir.resolve(name), TestFiles.gzip(TestFiles.tar(members)));
  }

  private static void assertTenTrain(ImageDataset set) {
    assertEquals(15, set.count());
    int i = 0;
    for (int b = 1; b <= 5; b++) {
      byte[] data = TestFiles.cifar10(10 * b, b);
      for (int r = 0; r < b; r++, i++) {
        assertEquals(r, set.label(i));
        assertArrayEquals(
            Arrays.copyOfRange(data, r * 3073 + 1, (r + 1) * 3073), set.image(i), "image " + i);
      }
    }
  }

  @Test
  void theArchiveIsReadInTheOrderOfTheBatches() {
    archive(TEN, TestFiles.cifar10Members());
    assertTenTrain(load("cifar10", Split.TRAIN));
    assertArrayEquals(new int[] {7, 8, 9}, load("cifar10", Split.TEST).labels());
    assertTenTrain(Datasets.load("cifar10", Split.TRAIN, dir.resolve(TEN)));
  }

  @Test
  void unpackedFilesAreReadWhereverTheyLie() {
    for (Member member : TestFiles.cifar10Members()) {
      TestFiles.write(dir.resolve(member.name), member.data);
    }
    assertTenTrain(load("cifar10", Split.TRAIN));
    assertTenTrain(Datasets.load("cifar10", Split.TRAIN, dir.resolve("cifar-10-batches-bin")));
  }

  @Test
  void theTestSplitNeedsOnlyItsOwnFile() throws IOException {
    TestFiles.write(dir.resolve("test_batch.bin"), TestFiles.cifar10(7, 3));
    assertArrayEquals(new int[] {7, 8, 9}, load("cifar10", Split.TEST).labels());
    TestFiles.assertRefused(
        () -> load("cifar10", Split.TRAIN), TEN, "cifar-10-batches-bin/", "data_batch_1.bin");
    Files.delete(dir.resolve("test_batch.bin"));
    archive(TEN, TestFiles.cifar10Members().subList(0, 1));
    assertArrayEquals(new int[] {7, 8, 9}, load("cifar10", Split.TEST).labels());
    TestFiles.assertRefused(() -> load("cifar10", Split.TRAIN), TEN, "no data_batch_1.bin");
  }

  @Test
  void anArchiveServesTheSplitThatAnUnpackedFolderLacks() {
    TestFiles.write(dir.resolve("test_batch.bin"), TestFiles.cifar10(1, 1));
    archive(TEN, TestFiles.cifar10Members());
    assertTenTrain(load("cifar10", Split.TRAIN));
    assertArrayEquals(new int[] {1}, load("cifar10", Split.TEST).labels());
  }

  @Test
  void cifar100HasFineAndCoarseLabels() {
    archive(HUNDRED, TestFiles.cifar100Members());
    ImageDataset fine = load("cifar100", Split.TRAIN);
    ImageDataset coarse = load("cifar100-coarse", Split.TRAIN);
    assertArrayEquals(new int[] {3, 4, 5, 6, 7, 8}, fine.labels());
    assertArrayEquals(new int[] {0, 0, 1, 1, 1, 1}, coarse.labels());
    assertEquals(100, fine.classes());
    assertEquals("apple", fine.classNames().getFirst());
    assertEquals("worm", fine.classNames().getLast());
    assertEquals(20, coarse.classes());
    assertEquals("vehicles_2", coarse.classNames().getLast());
    assertArrayEquals(fine.image(4), coarse.image(4));
    byte[] data = TestFiles.cifar100(3, 6);
    assertArrayEquals(Arrays.copyOfRange(data, 4 * 3074 + 2, 5 * 3074), fine.image(4));
    assertArrayEquals(new int[] {90, 91, 92, 93}, load("cifar100", Split.TEST).labels());
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    Path file = dir.resolve("test_batch.bin");
    byte[] data = TestFiles.cifar10(0, 3);
    TestFiles.write(file, Arrays.copyOf(data, data.length - 5));
    TestFiles.assertRefused(
        () -> load("cifar10", Split.TEST),
        file.toString(),
        "whole records of 3073 bytes",
        "2 records and 3068 bytes more");
    TestFiles.write(file, TestFiles.concat(data, (byte) 0));
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "3 records and 1 bytes more");
    TestFiles.write(file, new byte[0]);
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "an empty file");
    data[3073] = 10;
    TestFiles.write(file, data);
    TestFiles.assertRefused(
        () -> load("cifar10", Split.TEST), "labels in [0, 10)", "label 10 in record 1");

    byte[] hundred = TestFiles.cifar100(0, 2);
    hundred[0] = 20;
    TestFiles.write(dir.resolve("test.bin"), hundred);
    TestFiles.assertRefused(() -> load("cifar100", Split.TEST), "[0, 20)", "label 20");
    hundred[0] = 0;
    hundred[3074 + 1] = (byte) 200;
    TestFiles.write(dir.resolve("test.bin"), hundred);
    TestFiles.assertRefused(() -> load("cifar100", Split.TEST), "[0, 100)", "label 200");
  }

  @Test
  void aMissingBatchIsNamed() throws IOException {
    for (Member member : TestFiles.cifar10Members()) {
      TestFiles.write(dir.resolve(member.name), member.data);
    }
    Files.delete(dir.resolve("cifar-10-batches-bin/data_batch_3.bin"));
    TestFiles.assertRefused(
        () -> load("cifar10", Split.TRAIN), "data_batch_3.bin", "unpack the archive again");
  }

  @Test
  void moreRecordsThanPublishedAreForeign() {
    var endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            Arrays.fill(bytes, offset, offset + length, (byte) 0);
            return length;
          }
        };
    List<String> files = CifarLayout.CIFAR_10.files(Split.TEST);
    var records = new CifarRecords(CifarLayout.CIFAR_10, files, 40);
    TestFiles.assertRefused(
        () -> records.read("test_batch.bin", endless), "at most 40 records", "more");
    assertEquals(10_000, CifarLayout.CIFAR_10.maxRecords(Split.TRAIN));
    assertEquals(50_000, CifarLayout.CIFAR_100.maxRecords(Split.TRAIN));
  }

  @Test
  void aDamagedArchiveIsNamed() {
    byte[] tar = TestFiles.tar(TestFiles.cifar10Members());
    byte[] whole = TestFiles.gzip(tar);
    Path file = dir.resolve(TEN);
    for (int length : new int[] {0, 5, whole.length / 2, whole.length - 3}) {
      TestFiles.write(file, Arrays.copyOf(whole, length));
      TestFiles.assertRefused(() -> load("cifar10", Split.TEST), file.toString(), "fetch");
    }
    TestFiles.write(file, Arrays.copyOf(whole, whole.length / 2));
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "but it ends too early");
    TestFiles.write(file, TestFiles.concat(whole, (byte) 7));
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), file.toString(), "fetch");
    TestFiles.write(file, TestFiles.gzip(TestFiles.concat(tar, (byte) 7)));
    TestFiles.assertRefused(
        () -> load("cifar10", Split.TEST), "nothing after the end of the tar archive");
    TestFiles.write(file, TestFiles.gzip(Arrays.copyOf(tar, 2000)));
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), file.toString(), "fetch");
    TestFiles.write(file, TestFiles.gzip(TestFiles.noise(1, 5000)));
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), file.toString(), "fetch");
  }

  @Test
  void aMemberMayComeOnlyOnce() {
    var twice = new ArrayList<>(TestFiles.cifar10Members());
    twice.add(twice.getFirst());
    archive(TEN, twice);
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "test_batch.bin once", "it twice");
  }

  @Test
  void aLinkIsNoMember() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      var link =
          new TarArchiveEntry("cifar-10-batches-bin/test_batch.bin", TarConstants.LF_SYMLINK);
      link.setLinkName("/dev/zero");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    TestFiles.write(dir.resolve(TEN), out.toByteArray());
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "as a plain file", "a link");
  }

  /** A long-name header of 16 MiB, a few kilobytes compressed. */
  @Test
  void aBombInAHeaderIsDefused() {
    byte[] tar = TestFiles.tar(List.of(new Member("././@LongLink", new byte[16 << 20])));
    tar[156] = TarConstants.LF_GNUTYPE_LONGNAME;
    fixChecksum(tar);
    TestFiles.write(dir.resolve(TEN), TestFiles.gzip(tar));
    long before = TestFiles.allocated();
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), TEN, "larger than any such");
    long cost = TestFiles.allocated() - before;
    assertTrue(cost < 12 << 20, "allocated " + cost + " bytes");
  }

  /** A member that claims 150 megabytes and has none of them. */
  @Test
  void aSizeThatLiesCostsNoMemory() {
    byte[] tar = TestFiles.tar(TestFiles.cifar100Members());
    byte[] size = "01112000000 ".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, tar, 124, size.length);
    fixChecksum(tar);
    TestFiles.write(dir.resolve(HUNDRED), TestFiles.gzip(tar));
    long before = TestFiles.allocated();
    TestFiles.assertRefused(() -> load("cifar100", Split.TRAIN), HUNDRED);
    TestFiles.assertRefused(() -> load("cifar100", Split.TEST), HUNDRED);
    long cost = TestFiles.allocated() - before;
    assertTrue(cost < 16 << 20, "allocated " + cost + " bytes");
  }

  @Test
  void anArchiveOfManyMembersIsForeign() {
    var many = new ArrayList<>(TestFiles.cifar10Members());
    for (int i = 0; i < 70; i++) {
      many.add(new Member("readme" + i, new byte[0]));
    }
    archive(TEN, many);
    TestFiles.assertRefused(() -> load("cifar10", Split.TEST), "at most 64 members", "more");
  }

  @Test
  void anotherChecksumIsAWarningNoMore() {
    archive(TEN, TestFiles.cifar10Members());
    var messages = new ArrayList<String>();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord logged) {
            messages.add(logged.getLevel() + " " + logged.getParameters()[0]);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Archive.class.getName());
    logger.addHandler(handler);
    try {
      assertEquals(3, load("cifar10", Split.TEST).count());
    } finally {
      logger.removeHandler(handler);
    }
    assertEquals(List.of("WARNING " + dir.resolve(TEN)), messages);
  }

  private static void fixChecksum(byte[] tar) {
    Arrays.fill(tar, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[i] & 0xFF;
    }
    byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, tar, 148, 8);
  }
}
