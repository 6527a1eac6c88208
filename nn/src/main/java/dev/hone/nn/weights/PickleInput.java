package dev.hone.nn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a pickle: it knows how many there can be, so that no length in the pickle makes it
 * ask for more memory than the file has bytes.
 */
final class PickleInput {
  private final InputStream in;
  private final long length;
  private long position;

  /**
   * @param in from its first byte on; closed by whoever opened it
   * @param length how many bytes it has
   */
  PickleInput(InputStream in, long length) {
    this.in = in;
    this.length = length;
  }

  /** How many bytes were taken. */
  long position() {
    return position;
  }

  /** How many bytes there are still. */
  long remaining() {
    return length - position;
  }

  private byte[] take(int count) throws IOException {
    if (count > remaining()) {
      throw new EOFException(count + " bytes are wanted, but " + remaining() + " are left");
    }
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    if (bytes.length < count) {
      throw new EOFException("it ended early");
    }
    return bytes;
  }

  /** {@code count} bytes, little-endian. */
  ByteBuffer bytes(int count) throws IOException {
    return ByteBuffer.wrap(take(count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next byte, 0 .. 255. */
  int u8() throws IOException {
    if (remaining() == 0) {
      throw new EOFException("it ended early");
    }
    int b = in.read();
    if (b < 0) {
      throw new EOFException("it ended early");
    }
    position++;
    return b;
  }

  int u16() throws IOException {
    return bytes(2).getShort() & 0xFFFF;
  }

  int i32() throws IOException {
    return bytes(4).getInt();
  }

  long i64() throws IOException {
    return bytes(8).getLong();
  }

  /** Pickles hold floats, alone of all, with the high byte first. */
  double bigEndianDouble() throws IOException {
    return bytes(8).order(ByteOrder.BIG_ENDIAN).getDouble();
  }

  /** The bytes up to a line's end, which is taken too; at most {@code most}. */
  byte[] line(int most) throws IOException {
    var line = new java.io.ByteArrayOutputStream();
    for (int b = u8(); b != '\n'; b = u8()) {
      if (line.size() == most) {
        throw new EOFException("a name has more than " + most + " bytes");
      }
      line.write(b);
    }
    return line.toByteArray();
  }
}
