package dev.hone.datasets;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Streams a {@code .tar.gz} past a reader, to its very end, so that the checksum inside the gzip
 * stream is checked too. Nothing is unpacked to disk, and what a damaged or malicious archive can
 * cost is bounded: in members, in bytes of a header, in bytes altogether.
 */
final class Archive {
  private static final System.Logger LOG = System.getLogger(Archive.class.getName());
  private static final int RECORD_BYTES = 512;
  private static final long MAX_HEADER_BYTES = 1 << 20;

  /** The types of plain files, the old one and the contiguous one included. */
  private static final Set<Byte> PLAIN =
      Set.of(TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG);

  /** More than this many names are not spelt out in an error. */
  private static final int MANY = 8;

  /**
   * What no such archive exceeds.
   *
   * @param bytes altogether, once they are no longer compressed
   */
  record Limits(int members, long bytes) {}

  private final Path file;
  private final Limits limits;

  Archive(Path file, Limits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** What is done with a member that was asked for. */
  interface Reader {
    /**
     * @param wanted what it was asked for as
     * @param member what errors call it
     */
    void read(String wanted, String member, InputStream data) throws IOException;
  }

  /** The last part of a member's name, whatever folder it lies in. */
  static String lastPart(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /**
   * Passes the {@code wanted} members to {@code reader}, in the archive's order; each must be there
   * once.
   *
   * @param as what of a member's name is looked for among the wanted
   * @param publishedMd5 of the archive as published; a difference is worth a warning, no more
   */
  void read(Set<String> wanted, UnaryOperator<String> as, String publishedMd5, Reader reader) {
    MessageDigest md5 = md5();
    try (var raw = new DigestInputStream(Files.newInputStream(file), md5);
        InputStream plain = Compressed.open(raw)) {
      new Walk(plain, wanted, as, reader).toTheEnd();
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

  /**
   * The same up to the last wanted member; what follows it, the checksum of the whole included, is
   * not looked at.
   */
  void readSome(Set<String> wanted, UnaryOperator<String> as, Reader reader) {
    try (InputStream plain = Compressed.open(Files.newInputStream(file))) {
      new Walk(plain, wanted, as, reader).untilFound();
    } catch (IOException e) {
      throw DatasetException.unreadable(file.toString(), "a .tar.gz archive", e);
    }
  }

  /** One pass. */
  private final class Walk {
    private final InputStream plain;
    private final Metered metered;
    private final Set<String> wanted;
    private final Set<String> missing;
    private final UnaryOperator<String> as;
    private final Reader reader;

    Walk(InputStream plain, Set<String> wanted, UnaryOperator<String> as, Reader reader) {
      this.plain = plain;
      this.metered = new Metered(plain, limits.bytes());
      this.wanted = wanted;
      this.missing = new HashSet<>(wanted);
      this.as = as;
      this.reader = reader;
    }

    void toTheEnd() throws IOException {
      members(false);
      requireAll();
      requireZeros(plain);
    }

    void untilFound() throws IOException {
      members(true);
      requireAll();
    }

    private void members(boolean stopEarly) throws IOException {
      // Blocks of one record: with more, the bytes after the end would be swallowed unseen.
      var tar = new TarArchiveInputStream(metered, RECORD_BYTES);
      for (int members = 0; !(stopEarly && missing.isEmpty()); members++) {
        metered.allow(MAX_HEADER_BYTES);
        TarArchiveEntry entry = tar.getNextEntry();
        if (entry == null) {
          return;
        }
        if (members == limits.members()) {
          throw problem("at most " + limits.members() + " members", "more");
        }
        if (entry.isSparse()) {
          // A hole takes no bytes of the archive, so no bound on those would end its reading.
          throw problem("members without holes", "a sparse one");
        }
        metered.allow(limits.bytes());
        String name = as.apply(entry.getName());
        if (wanted.contains(name) && !entry.isDirectory()) {
          requirePlain(name, entry);
          reader.read(name, file + "!" + entry.getName(), tar);
        }
        skipRest(tar);
      }
    }

    private void requirePlain(String name, TarArchiveEntry entry) {
      if (!PLAIN.contains(entry.getLinkFlag())) {
        throw problem(name + " as a plain file", "a link or another special member");
      }
      if (!missing.remove(name)) {
        throw problem(name + " once", "it twice");
      }
    }

    private void requireAll() {
      if (!missing.isEmpty()) {
        String all =
            wanted.size() > MANY
                ? wanted.size() + " members that it should have"
                : "members " + String.join(", ", new TreeSet<>(wanted));
        throw problem("the " + all, "no " + new TreeSet<>(missing).getFirst());
      }
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

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Fails once more bytes were read than allowed: a few compressed bytes can claim gigabytes. */
  private static final class Metered extends FilterInputStream {
    private final long most;
    private long allowance;
    private long total;

    Metered(InputStream in, long most) {
      super(in);
      this.most = most;
    }

    void allow(long bytes) {
      allowance = Math.min(bytes, most - total);
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
