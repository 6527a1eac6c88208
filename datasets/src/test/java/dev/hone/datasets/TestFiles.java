package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Small files in the published formats, made on the spot. */
final class TestFiles {
  private TestFiles() {}

  /** A member of a tar archive. */
  static final class Member {
    final String name;
    final byte[] data;

    Member(String name, byte[] data) {
      this.name = name;
      this.data = data;
    }
  }

  static byte[] noise(long seed, int bytes) {
    int[] words = new int[bytes];
    new Philox(seed, 0).fill(0, words);
    byte[] noise = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      noise[i] = (byte) words[i];
    }
    return noise;
  }

  /** CIFAR-10 records with labels first, first + 1, ... modulo 10 and pixels of noise. */
  static byte[] cifar10(int first, int records) {
    byte[] data = noise(first, records * 3073);
    for (int i = 0; i < records; i++) {
      data[i * 3073] = (byte) ((first + i) % 10);
    }
    return data;
  }

  /** CIFAR-100 records with fine labels first, first + 1, ... and coarse labels fine / 5. */
  static byte[] cifar100(int first, int records) {
    byte[] data = noise(first, records * 3074);
    for (int i = 0; i < records; i++) {
      data[i * 3074] = (byte) ((first + i) % 100 / 5);
      data[i * 3074 + 1] = (byte) ((first + i) % 100);
    }
    return data;
  }

  /** The six files of CIFAR-10; batch b has b records that start with label 10 b. */
  static List<Member> cifar10Members() {
    var members = new ArrayList<Member>();
    members.add(new Member("cifar-10-batches-bin/test_batch.bin", cifar10(7, 3)));
    for (int b : List.of(4, 1, 3, 2, 5)) {
      members.add(new Member("cifar-10-batches-bin/data_batch_" + b + ".bin", cifar10(10 * b, b)));
    }
    members.add(
        new Member(
            "cifar-10-batches-bin/batches.meta.txt",
            "airplane\n".getBytes(StandardCharsets.US_ASCII)));
    return members;
  }

  static List<Member> cifar100Members() {
    return List.of(
        new Member("cifar-100-binary/train.bin", cifar100(3, 6)),
        new Member("cifar-100-binary/test.bin", cifar100(90, 4)));
  }

  /** Noise does not compress, so no time is spent on trying. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  static byte[] gzip(byte[] data) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new FastGzip(out)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] gunzip(byte[] data) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(data))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] tar(List<Member> members) {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(out)) {
      for (Member member : members) {
        var entry = new TarArchiveEntry(member.name);
        entry.setSize(member.data.length);
        tar.putArchiveEntry(entry);
        tar.write(member.data);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] idx(int magic, int[] dimensions, byte[] data) {
    var out = ByteBuffer.allocate(4 + 4 * dimensions.length + data.length).putInt(magic);
    for (int dimension : dimensions) {
      out.putInt(dimension);
    }
    return out.put(data).array();
  }

  static byte[] idxImages(int n) {
    return idx(0x803, new int[] {n, 28, 28}, noise(n, n * 784));
  }

  static byte[] idxLabels(int n) {
    byte[] labels = new byte[n];
    for (int i = 0; i < n; i++) {
      labels[i] = (byte) (i % 10);
    }
    return idx(0x801, new int[] {n}, labels);
  }

  static byte[] concat(byte[] first, byte... second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  static void write(Path file, byte[] data) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asserts a one-line DatasetException that holds all of {@code parts}. */
  static void assertRefused(Executable action, String... parts) {
    String message = String.valueOf(assertThrows(DatasetException.class, action).getMessage());
    assertTrue(message.lines().count() == 1, message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }

  /** Bytes that this thread has allocated so far. */
  static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
