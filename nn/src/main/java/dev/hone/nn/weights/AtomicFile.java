package dev.hone.nn.weights;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that whatever happens, power failure included, its name stands for the old
 * content or the new, whole: a temporary file beside it, fsync, rename, fsync of the folder.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content. */
  @FunctionalInterface
  public interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Replaces {@code target} by {@code content}; folders that are missing are made. */
  public static void write(Path target, byte[] content) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    write(target, out -> out.write(content));
  }

  /** Replaces {@code target} by {@code text} in UTF-8; folders that are missing are made. */
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces {@code target} by what {@code body} writes, or leaves it as it was and throws. */
  public static void write(Path target, Body body) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || target.getFileName() == null) {
      throw new IOException(target + " is not the name of a file");
    }
    Path part =
        folder.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    try {
      try (var channel =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING);
          var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
        body.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    syncFolder(folder);
  }

  /** Makes the rename itself durable; Windows has no such call and does not open folders. */
  private static void syncFolder(Path folder) throws IOException {
    if (File.separatorChar == '/') {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
