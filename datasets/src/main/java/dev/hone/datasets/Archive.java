package dev.hone.datasets;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Streams a {@code .tar.gz} past a reader, to its very end, so that the checksum inside the gzip
 * stream is checked too. Nothing is unpacked to disk, and what a damaged or malicious archive can
 * cost is bounded: in members, in bytes of a header, in bytes altogether.
 */
final class Archive {
  private static final System.Logger LOG = System.getLogger(Archive.class.getName());
  private static final int RECORD_BYTES = 512;
  private static final int MAX_MEMBERS = 64;
  private static final long MAX_HEADER_BYTES = 1 << 20;
  private static final long MAX_BYTES = 1L << 30;

  private final Path file;

  Archive(Path file) {
    this.file = file;
  }

  /** What is done with a member that was asked for. */
  interface Reader {
    void read(String member, InputStream data) throws IOException;
  }

  /**
   * Passes the members called {@code wanted} (by the last part of their names) to {@code reader},
   * in the archive's order; each must be there once.
   *
   * @param publishedMd5 of the archive as published; a difference is worth a warning, no more
   */
  void read(Set<String> wanted, String publishedMd5, Reader reader) {
    MessageDigest md5 = md5();
    try (var raw = new DigestInputStream(Files.newInputStream(file), md5);
        InputStream plain = Compressed.open(raw)) {
      walk(plain, wanted, reader);
    } catch (IOException e) {
      throw DatasetException.unreadable(file.toString(), "a whole .tar.gz archive", e);
    }
    String found = HexFormat.of().formatHex(md5.digest());
    if (!found.equals(publishedMd5)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is not the archive as published (MD5 {1}, published {2}); its structure is sound, so"
              + " it is used",
          file,
          found,
          publishedMd5);
    }
  }

  private void walk(InputStream plain, Set<String> wanted, Reader reader) throws IOException {
    var missing = new TreeSet<>(wanted);
    var metered = new Metered(plain);
    // Blocks of one record: with more, the bytes after the end would be swallowed unseen.
    try (var tar = new TarArchiveInputStream(metered, RECORD_BYTES)) {
      for (int members = 0; ; members++) {
        metered.allow(MAX_HEADER_BYTES);
        TarArchiveEntry entry = tar.getNextEntry();
        if (entry == null) {
          break;
        }
        if (members == MAX_MEMBERS) {
          throw problem("at most " + MAX_MEMBERS + " members", "more");
        }
        metered.allow(MAX_BYTES);
        String name = lastPart(entry.getName());
        if (wanted.contains(name) && !entry.isDirectory()) {
          if (!entry.isFile() || entry.isSparse() || entry.isLink() || entry.isSymbolicLink()) {
            throw problem(name + " as a plain file", "a link or another special member");
          }
          if (!missing.remove(name)) {
            throw problem(name + " once", "it twice");
          }
          reader.read(file + "!" + entry.getName(), tar);
        }
        skipRest(tar);
      }
      if (!missing.isEmpty()) {
        throw problem("the members " + String.join(", ", wanted), "no " + missing.getFirst());
      }
      requireZeros(plain);
    }
  }

  /** By reading: {@code skip} of a tar stream believes sizes that the stream does not have. */
  private static void skipRest(InputStream data) throws IOException {
    byte[] buffer = new byte[1 << 16];
    while (data.read(buffer) >= 0) {
      // The bytes of a member that nobody asked for.
    }
  }

  /** A tar archive may be padded with zeros; anything else after its end is foreign. */
  private void requireZeros(InputStream plain) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long padding = 0;
    for (int n = plain.read(buffer); n >= 0; n = plain.read(buffer)) {
      padding += n;
      for (int i = 0; i < n; i++) {
        if (buffer[i] != 0) {
          throw problem("nothing after the end of the tar archive", "more bytes");
        }
      }
      if (padding > MAX_HEADER_BYTES) {
        throw problem("at most " + MAX_HEADER_BYTES + " bytes of padding", "more");
      }
    }
  }

  private DatasetException problem(String expected, String found) {
    return DatasetException.of(
        file.toString(), expected, found, "fetch the archive as published again");
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Fails once more bytes were read than allowed: a few compressed bytes can claim gigabytes. */
  private static final class Metered extends FilterInputStream {
    private long allowance;
    private long total;

    Metered(InputStream in) {
      super(in);
    }

    void allow(long bytes) {
      allowance = Math.min(bytes, MAX_BYTES - total);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value >= 0) {
        spend(1);
      }
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = super.read(bytes, offset, length);
      if (n > 0) {
        spend(n);
      }
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      byte[] buffer = new byte[(int) Math.min(n, 1 << 13)];
      return buffer.length == 0 ? 0 : Math.max(0, read(buffer, 0, buffer.length));
    }

    private void spend(long bytes) throws IOException {
      allowance -= bytes;
      total += bytes;
      if (allowance < 0) {
        throw new IOException("a member or a header is larger than any such archive has");
      }
    }
  }
}
