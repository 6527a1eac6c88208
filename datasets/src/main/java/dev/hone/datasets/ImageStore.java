package dev.hone.datasets;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Images as bytes, planar {@code [C, H, W]}, one after another. They lie in chunks rather than in
 * one array: the store grows while a stream of unknown length is read without copying what it has,
 * memory follows the bytes that really came and not what a header claims, and a set may exceed two
 * gigabytes.
 */
final class ImageStore {
  private static final int CHUNK_BYTES = 1 << 20;

  private final int imageBytes;
  private final int imagesPerChunk;
  private final List<byte[]> chunks = new ArrayList<>();
  private int count;

  ImageStore(int imageBytes) {
    this.imageBytes = imageBytes;
    this.imagesPerChunk = Math.max(1, CHUNK_BYTES / imageBytes);
  }

  /** Places for {@code count} images, all black, to be written to. */
  ImageStore(int imageBytes, int count) {
    this(imageBytes);
    for (int first = 0; first < count; first += imagesPerChunk) {
      chunks.add(new byte[Math.min(imagesPerChunk, count - first) * imageBytes]);
    }
    this.count = count;
  }

  /** Appends the image that starts at {@code offset} of {@code source}. */
  void add(byte[] source, int offset) {
    if (count % imagesPerChunk == 0) {
      chunks.add(new byte[imagesPerChunk * imageBytes]);
    }
    System.arraycopy(source, offset, chunk(count), offset(count), imageBytes);
    count++;
  }

  int count() {
    return count;
  }

  int imageBytes() {
    return imageBytes;
  }

  /** The chunk that holds {@code image}; its bytes start at {@link #offset}. */
  byte[] chunk(int image) {
    return chunks.get(image / imagesPerChunk);
  }

  int imagesPerChunk() {
    return imagesPerChunk;
  }

  /** The bytes of all images of the chunk that {@code first} opens. */
  ByteBuffer buffer(int first) {
    int images = Math.min(imagesPerChunk, count - first);
    return ByteBuffer.wrap(chunk(first), 0, images * imageBytes);
  }

  int offset(int image) {
    return image % imagesPerChunk * imageBytes;
  }
}
