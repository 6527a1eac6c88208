package dev.hone.datasets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A file that only ever saves time: one that is missing, damaged or of another version counts as
 * none, and one that cannot be written is a warning. Its blocks carry their checksums.
 */
final class CacheFile {
  private static final System.Logger LOG = System.getLogger(CacheFile.class.getName());
  private static final int CHECKSUM_BYTES = 8;

  private final Path file;

  /**
   * @param name with an ending that tells what it is
   */
  CacheFile(String name) {
    this.file = CacheFolder.path().resolve("images").resolve(name);
  }

  /** Makes something of the whole file. */
  interface Reading<T> {
    T of(Reader in) throws IOException;
  }

  /** Writes the whole file. */
  interface Writing {
    void to(Writer out) throws IOException;
  }

  /** What {@code reading} makes of the file, if that is there and whole. */
  <T> Optional<T> read(Reading<T> reading) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      return Optional.of(reading.of(new Reader(in)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} cannot be used and is made again: {1}",
          file,
          e.getMessage());
      return Optional.empty();
    }
  }

  /** Writes beside the place and moves there once all is on disk, so no reader sees a part. */
  void write(Writing writing) {
    Path temporary = file;
    try {
      Files.createDirectories(file.getParent());
      temporary = Files.createTempFile(file.getParent(), "images", ".tmp");
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        writing.to(new Writer(out));
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what was read could not be kept in {0} ({1}), so it is read anew each time; free space"
              + " there or choose another folder with HONE_CACHE",
          file.getParent(),
          e.toString());
      delete(temporary);
    }
  }

  private void delete(Path temporary) {
    try {
      if (!temporary.equals(file)) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} is left over: {1}", temporary, e.getMessage());
    }
  }

  /** Reads blocks in their order. */
  static final class Reader {
    private final FileChannel in;
    private final CRC32C crc = new CRC32C();

    private Reader(FileChannel in) {
      this.in = in;
    }

    /** Refuses a file of another length, before memory is taken for what is not there. */
    void requireSize(long blockBytes, int blocks) throws IOException {
      if (in.size() != blockBytes + (long) blocks * CHECKSUM_BYTES) {
        throw new IOException("its length is wrong");
      }
    }

    /** The bytes of a file that has one block only. */
    int onlyBlockBytes(int most) throws IOException {
      long bytes = in.size() - CHECKSUM_BYTES;
      if (bytes < 0 || bytes > most) {
        throw new IOException("its length is wrong");
      }
      return (int) bytes;
    }

    /** Fills {@code buffer} with the next bytes of the block and returns it flipped. */
    ByteBuffer fill(ByteBuffer buffer) throws IOException {
      int start = buffer.position();
      while (buffer.hasRemaining()) {
        if (in.read(buffer) < 0) {
          throw new IOException("it ends too early");
        }
      }
      buffer.limit(buffer.position()).position(start);
      crc.update(buffer.duplicate());
      return buffer;
    }

    /** Ends the block. */
    void requireChecksum() throws IOException {
      long expected = crc.getValue();
      if (fill(ByteBuffer.allocate(CHECKSUM_BYTES)).getLong() != expected) {
        throw new IOException("its checksum is wrong");
      }
      crc.reset();
    }

    void skipBlock(long bytes) throws IOException {
      in.position(in.position() + bytes + CHECKSUM_BYTES);
    }
  }

  /** Writes blocks in their order. */
  static final class Writer {
    private final FileChannel out;
    private final CRC32C crc = new CRC32C();

    private Writer(FileChannel out) {
      this.out = out;
    }

    void write(ByteBuffer bytes) throws IOException {
      crc.update(bytes.duplicate());
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }

    /** Ends the block. */
    void writeChecksum() throws IOException {
      long value = crc.getValue();
      write(ByteBuffer.allocate(CHECKSUM_BYTES).putLong(value).flip());
      crc.reset();
    }
  }
}
