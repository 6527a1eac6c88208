package dev.hone.datasets;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** The frame of a PNG file. */
final class PngChunks {
  private static final int SIGNATURE_BYTES = 8;

  private PngChunks() {}

  /**
   * The same file with the checksum of each chunk as it should be, as far as lengths make sense.
   */
  static byte[] repaired(byte[] file) {
    byte[] repaired = file.clone();
    ByteBuffer bytes = ByteBuffer.wrap(repaired);
    int at = SIGNATURE_BYTES;
    while (at + 12 <= repaired.length) {
      int length = bytes.getInt(at);
      if (length < 0 || length > repaired.length - at - 12) {
        break;
      }
      var crc = new CRC32();
      crc.update(repaired, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
    return repaired;
  }
}
