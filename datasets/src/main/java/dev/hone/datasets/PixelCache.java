package dev.hone.datasets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decoded images on disk, a {@link CacheFile} for each state of a data set's files and each way to
 * read them.
 *
 * <p>Big-endian: {@code "HONEPIX1"}; side, images of the training split, of the test split (int);
 * mean and std of each channel (float). Then for each split its pixels {@code [N, 3, side, side]}.
 */
final class PixelCache {
  private static final long MAGIC = 0x484f4e4550495831L; // "HONEPIX1"
  private static final int HEADER_BYTES = 8 + 3 * 4 + 2 * ImageDecoder.CHANNELS * 4;
  private static final int BLOCKS = 3;

  /** One split's pixels and what goes with both. */
  record Part(ImageStore store, Normalization normalization) {}

  private final CacheFile file;
  private final int side;
  private final int imageBytes;

  PixelCache(String key, int side) {
    this.file = new CacheFile(key + ".pixels");
    this.side = side;
    this.imageBytes = ImageDecoder.CHANNELS * side * side;
  }

  /** The images of {@code split}, if the cache has all that are expected, whole. */
  Optional<Part> read(Split split, int train, int test) {
    return file.read(in -> {
      long trainBytes = (long) train * imageBytes;
      in.requireSize(HEADER_BYTES + trainBytes + (long) test * imageBytes, BLOCKS);
      Normalization normalization = header(in, train, test);
      if (split == Split.TEST) {
        in.skipBlock(trainBytes);
      }
      var store = new ImageStore(imageBytes, split == Split.TRAIN ? train : test);
      for (int first = 0; first < store.count(); first += store.imagesPerChunk()) {
        in.fill(store.buffer(first));
      }
      in.requireChecksum();
      return new Part(store, normalization);
    });
  }

  private Normalization header(CacheFile.Reader in, int train, int test) throws IOException {
    ByteBuffer header = in.fill(ByteBuffer.allocate(HEADER_BYTES));
    in.requireChecksum();
    if (header.getLong() != MAGIC
        || header.getInt() != side
        || header.getInt() != train
        || header.getInt() != test) {
      throw new IOException("it is of something else");
    }
    return new Normalization(floats(header), floats(header));
  }

  private static List<Float> floats(ByteBuffer in) {
    var values = new ArrayList<Float>();
    for (int c = 0; c < ImageDecoder.CHANNELS; c++) {
      values.add(in.getFloat());
    }
    return values;
  }

  void write(SplitStores stores, Normalization normalization) {
    file.write(out -> {
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).putInt(side);
      header.putInt(stores.train().count()).putInt(stores.test().count());
      normalization.mean().forEach(header::putFloat);
      normalization.std().forEach(header::putFloat);
      out.write(header.flip());
      out.writeChecksum();
      for (Split split : Split.values()) {
        ImageStore store = stores.of(split);
        for (int first = 0; first < store.count(); first += store.imagesPerChunk()) {
          out.write(store.buffer(first));
        }
        out.writeChecksum();
      }
    });
  }
}
