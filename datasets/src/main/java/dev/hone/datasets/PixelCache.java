package dev.hone.datasets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Decoded images on disk, a file for each state of a data set's files and each way to read them. It
 * only ever saves time: a file that is missing, damaged or of another version counts as none, and
 * one that cannot be written is a warning.
 *
 * <p>Big-endian: {@code "HONEPIX1"}; side, images of the training split, of the test split (int);
 * mean and std of each channel (float); CRC-32C of all this (long); then for each split its pixels
 * {@code [N, 3, side, side]} and their CRC-32C (long).
 */
final class PixelCache {
  private static final System.Logger LOG = System.getLogger(PixelCache.class.getName());
  private static final long MAGIC = 0x484f4e4550495831L; // "HONEPIX1"
  private static final int HEADER_BYTES = 8 + 3 * 4 + 2 * ImageDecoder.CHANNELS * 4;
  private static final int CHECKSUM_BYTES = 8;

  /** One split's pixels and what goes with both. */
  record Part(ImageStore store, Normalization normalization) {}

  private final Path file;
  private final int side;
  private final int imageBytes;

  PixelCache(String key, int side) {
    this.file = CacheFolder.path().resolve("images").resolve(key + ".pixels");
    this.side = side;
    this.imageBytes = ImageDecoder.CHANNELS * side * side;
  }

  /** The images of {@code split}, if the cache has all that are expected, whole. */
  Optional<Part> read(Split split, int train, int test) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long trainEnd = HEADER_BYTES + CHECKSUM_BYTES + (long) train * imageBytes + CHECKSUM_BYTES;
      if (in.size() != trainEnd + (long) test * imageBytes + CHECKSUM_BYTES) {
        throw new IOException("its length is wrong");
      }
      ByteBuffer header = checked(in, HEADER_BYTES);
      if (header.getLong() != MAGIC
          || header.getInt() != side
          || header.getInt() != train
          || header.getInt() != test) {
        throw new IOException("it is of something else");
      }
      Normalization normalization = new Normalization(floats(header), floats(header));
      in.position(split == Split.TRAIN ? HEADER_BYTES + CHECKSUM_BYTES : trainEnd);
      var store = new ImageStore(imageBytes, split == Split.TRAIN ? train : test);
      readPixels(in, store);
      return Optional.of(new Part(store, normalization));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      // IllegalArgumentException: statistics that cannot be.
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} cannot be used and is made again: {1}",
          file,
          e.getMessage());
      return Optional.empty();
    }
  }

  private static List<Float> floats(ByteBuffer in) {
    var values = new ArrayList<Float>();
    for (int c = 0; c < ImageDecoder.CHANNELS; c++) {
      values.add(in.getFloat());
    }
    return values;
  }

  private static ByteBuffer checked(FileChannel in, int bytes) throws IOException {
    ByteBuffer content = fill(in, ByteBuffer.allocate(bytes));
    var crc = new CRC32C();
    crc.update(content.duplicate());
    requireChecksum(in, crc);
    return content;
  }

  private static void readPixels(FileChannel in, ImageStore store) throws IOException {
    var crc = new CRC32C();
    for (int first = 0; first < store.count(); first += store.imagesPerChunk()) {
      ByteBuffer pixels = store.buffer(first);
      crc.update(fill(in, pixels));
    }
    requireChecksum(in, crc);
  }

  private static void requireChecksum(FileChannel in, CRC32C crc) throws IOException {
    if (fill(in, ByteBuffer.allocate(CHECKSUM_BYTES)).getLong() != crc.getValue()) {
      throw new IOException("its checksum is wrong");
    }
  }

  private static ByteBuffer fill(FileChannel in, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw new IOException("it ends too early");
      }
    }
    return buffer.flip();
  }

  /** Writes beside the place and moves there once all is on disk, so no reader sees a part. */
  void write(SplitStores stores, Normalization normalization) {
    Path temporary = file;
    try {
      Files.createDirectories(file.getParent());
      temporary = Files.createTempFile(file.getParent(), "images", ".tmp");
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        writeTo(out, stores, normalization);
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "decoded images could not be kept in {0} ({1}), so they are decoded anew each time; free"
              + " space there or choose another folder with -D{2}",
          file.getParent(),
          e.toString(),
          CacheFolder.PROPERTY);
      delete(temporary);
    }
  }

  private void writeTo(FileChannel out, SplitStores stores, Normalization normalization)
      throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).putInt(side);
    for (Split split : Split.values()) {
      header.putInt(stores.of(split).count());
    }
    normalization.mean().forEach(header::putFloat);
    normalization.std().forEach(header::putFloat);
    var headerCrc = new CRC32C();
    write(out, header.flip(), headerCrc);
    writeChecksum(out, headerCrc);
    for (Split split : Split.values()) {
      ImageStore store = stores.of(split);
      var crc = new CRC32C();
      for (int first = 0; first < store.count(); first += store.imagesPerChunk()) {
        write(out, store.buffer(first), crc);
      }
      writeChecksum(out, crc);
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes, CRC32C crc) throws IOException {
    crc.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void writeChecksum(FileChannel out, CRC32C crc) throws IOException {
    ByteBuffer sum = ByteBuffer.allocate(CHECKSUM_BYTES).putLong(crc.getValue()).flip();
    while (sum.hasRemaining()) {
      out.write(sum);
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
}
