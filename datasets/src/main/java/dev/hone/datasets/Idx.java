package dev.hone.datasets;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads the idx format of the MNIST family: two zero bytes, the type of an element (8: unsigned
 * byte), the number of dimensions, their sizes as big-endian 32-bit numbers, then the elements.
 * Plain or gzipped. A header is believed only as far as its bytes really come.
 */
final class Idx {
  private static final int UNSIGNED_BYTES = 8;
  private static final String FETCH = "fetch the file again";

  private final String file;
  private final DataInputStream in;

  private Idx(String file, InputStream plain) {
    this.file = file;
    this.in = new DataInputStream(plain);
  }

  /**
   * Images {@code [N, size, size]} with {@code padding} zeros added on every side, so {@code [N, 1,
   * size + 2 padding, size + 2 padding]}.
   */
  static ImageStore images(String file, InputStream raw, int size, int padding, int maxCount) {
    try (InputStream plain = Compressed.open(raw)) {
      var idx = new Idx(file, plain);
      int count = idx.header(3, maxCount);
      idx.side("height", size);
      idx.side("width", size);
      int side = size + 2 * padding;
      var store = new ImageStore(side * side);
      byte[] rows = new byte[size * size];
      byte[] padded = new byte[side * side];
      for (int i = 0; i < count; i++) {
        idx.element(rows, i, count, "images");
        for (int y = 0; y < size; y++) {
          System.arraycopy(rows, y * size, padded, (y + padding) * side + padding, size);
        }
        store.add(padded, 0);
      }
      idx.end(count + " images");
      return store;
    } catch (IOException e) {
      throw DatasetException.unreadable(file, "an idx file of images", e);
    }
  }

  /** Labels {@code [N]} in [0, classes). */
  static int[] labels(String file, InputStream raw, int classes, int maxCount) {
    try (InputStream plain = Compressed.open(raw)) {
      var idx = new Idx(file, plain);
      int count = idx.header(1, maxCount);
      byte[] one = new byte[1];
      int[] labels = new int[Math.min(count, 1024)];
      for (int i = 0; i < count; i++) {
        idx.element(one, i, count, "labels");
        int label = one[0] & 0xFF;
        if (label >= classes) {
          throw idx.problem("labels in [0, " + classes + ")", "label " + label + " at image " + i);
        }
        if (i == labels.length) {
          labels = Arrays.copyOf(labels, Math.min(count, 2 * i));
        }
        labels[i] = label;
      }
      idx.end(count + " labels");
      return labels;
    } catch (IOException e) {
      throw DatasetException.unreadable(file, "an idx file of labels", e);
    }
  }

  /** Checks the magic number and returns the first dimension. */
  private int header(int rank, int maxCount) throws IOException {
    int expected = UNSIGNED_BYTES << 8 | rank;
    int magic = word("the magic number");
    if (magic != expected) {
      throw DatasetException.of(
          file,
          "an idx file with magic number 0x%08x".formatted(expected),
          "0x%08x".formatted(magic),
          rank == 1 ? "is this a labels file at all?" : "is this an images file at all?");
    }
    int count = word("the count");
    if (count < 1 || count > maxCount) {
      throw problem("1 to " + maxCount + " elements", Integer.toUnsignedString(count));
    }
    return count;
  }

  private void side(String which, int size) throws IOException {
    int side = word("the " + which);
    if (side != size) {
      throw problem("images of " + which + " " + size, Integer.toUnsignedString(side));
    }
  }

  private int word(String what) throws IOException {
    try {
      return in.readInt();
    } catch (EOFException e) {
      if (in.read() < 0) {
        throw problem("an idx header", "the end of the file before " + what);
      }
      throw e;
    }
  }

  private void element(byte[] into, int index, int count, String what) throws IOException {
    if (in.readNBytes(into, 0, into.length) < into.length) {
      throw problem(count + " " + what + " as its header says", "only " + index + " whole ones");
    }
  }

  private void end(String what) throws IOException {
    if (in.read() >= 0) {
      throw problem(what + " and nothing after them", "more bytes");
    }
  }

  private DatasetException problem(String expected, String found) {
    return DatasetException.of(file, expected, found, FETCH);
  }
}
