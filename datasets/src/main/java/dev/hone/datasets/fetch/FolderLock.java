package dev.hone.datasets.fetch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One fetch at a time into a folder, whichever process it is of. The lock is the operating
 * system's, so a killed process leaves none; its empty file {@code .hone.lock} stays, since
 * deleting it would let two in that wait for each of two files of one name.
 */
final class FolderLock implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Waits for its turn; {@code listener} hears of it. */
  static FolderLock take(Path folder, FetchListener listener)
      throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(".hone.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      for (boolean told = false; tryLock(channel) == null; told = true) {
        if (!told) {
          listener.waiting(folder);
        }
        Thread.sleep(LOOK);
      }
      return new FolderLock(channel);
    } catch (IOException | InterruptedException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null; // held by another thread of this process
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
