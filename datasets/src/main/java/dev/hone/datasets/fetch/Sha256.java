package dev.hone.datasets.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 that grows with a file. */
final class Sha256 {
  private MessageDigest digest = fresh();

  void startOver() {
    digest = fresh();
  }

  void add(ByteBuffer bytes) {
    digest.update(bytes);
  }

  /** Adds what {@code file} holds from its beginning to its end. */
  void addAll(FileChannel file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    for (long at = 0; file.read(buffer, at) >= 0; at += buffer.limit(), buffer.clear()) {
      buffer.flip();
      digest.update(buffer);
    }
  }

  /** Of what was added so far, in lower-case hexadecimal; ends this one. */
  String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of a file. */
  static String of(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file)) {
      var sum = new Sha256();
      sum.addAll(in);
      return sum.finish();
    }
  }

  private static MessageDigest fresh() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
