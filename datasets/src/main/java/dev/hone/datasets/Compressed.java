package dev.hone.datasets;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
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
    return GzipCompressorInputStream.builder()
        .setInputStream(in)
        .setDecompressConcatenated(true)
        .get();
  }
}
