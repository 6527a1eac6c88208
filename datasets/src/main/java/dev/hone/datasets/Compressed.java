package dev.hone.datasets;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Opens streams that may be gzipped, whatever the file's name says. */
final class Compressed {
  private static final int BUFFER = 1 << 16;

  private Compressed() {}

  /** The plain bytes of {@code raw}; its first two bytes tell whether it is gzipped. */
  static InputStream open(InputStream raw) throws IOException {
    var in = new BufferedInputStream(raw, BUFFER);
    in.mark(2);
    int first = in.read();
    int second = in.read();
    in.reset();
    if (first != 0x1f || second != 0x8b) {
      return in;
    }
    // Not the JDK's GZIPInputStream: that one silently drops bytes after the last member.
    return new Checked(
        GzipCompressorInputStream.builder()
            .setInputStream(in)
            .setDecompressConcatenated(true)
            .get());
  }

  /** Of a damaged trailer the library complains about its own arguments instead of the stream. */
  private static final class Checked extends FilterInputStream {
    Checked(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      try {
        return super.read(bytes, offset, length);
      } catch (IllegalArgumentException e) {
        throw new IOException("damaged gzip stream", e);
      }
    }
  }
}
