package dev.hone.datasets.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The beginning of a file, {@code NAME.part}, beside where the file will be. It outlives the
 * process, so that a download goes on where it was cut, and becomes the file by one rename once its
 * checksum is right. {@code NAME.part.from} says which version of the file it is the beginning of.
 */
final class Part implements AutoCloseable {
  private final Path target;
  private final Path path;
  private final Path source;
  private final FileChannel file;
  private final Disk disk;
  private final Sha256 sum = new Sha256();
  private long size;
  private boolean mixed;

  private Part(Path target, Disk disk) throws IOException {
    this.target = target;
    this.path = of(target);
    this.source = target.resolveSibling(target.getFileName() + ".part.from");
    this.disk = disk;
    this.file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** The beginning of {@code target}. */
  static Path of(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  /** Opens what there is, or an empty one. More than {@code most} bytes cannot be the beginning. */
  static Part open(Path target, long most, Disk disk) {
    try {
      var part = new Part(target, disk);
      if (part.file.size() > most) {
        part.startOver();
      } else {
        part.sum.addAll(part.file);
        part.size = part.file.size();
        part.file.position(part.size);
        part.mixed = part.size > 0;
      }
      return part;
    } catch (IOException e) {
      throw new FetchException(
          of(target)
              + ": cannot be written ("
              + e.getMessage()
              + "); mend that, or name another"
              + " --data-dir",
          e);
    }
  }

  long size() {
    return size;
  }

  /** Whether it came in more than one piece, whose ends may not fit. */
  boolean mixed() {
    return mixed;
  }

  void startOver() {
    try {
      file.truncate(0);
      file.position(0);
    } catch (IOException e) {
      throw new FetchException(path + ": cannot be emptied (" + e.getMessage() + ")", e);
    }
    sum.startOver();
    size = 0;
    mixed = false;
  }

  /** Appends; a full disk is told apart from a broken connection by its exception. */
  void write(ByteBuffer bytes) {
    int length = bytes.remaining();
    ByteBuffer copy = bytes.duplicate();
    try {
      disk.write(file, bytes);
    } catch (IOException e) {
      throw new FetchException(
          "%s: cannot be written after %s (%s); free some space and run it again, which goes on"
                  .formatted(path, Bytes.words(size), e.getMessage())
              + " from there, or delete it and name another --data-dir",
          e);
    }
    sum.add(copy);
    size += length;
  }

  /**
   * The version (an ETag or a date) of {@code mirror}'s file that this is the beginning of; empty
   * if it came from elsewhere or without.
   */
  String version(URI mirror) {
    try {
      List<String> lines = Files.exists(source) ? Files.readAllLines(source) : List.of();
      return lines.size() == 2 && lines.getFirst().equals(mirror.toString()) ? lines.get(1) : "";
    } catch (IOException _) {
      // Unreadable is as good as none: the checksum decides in the end.
      return "";
    }
  }

  /** What follows comes from {@code mirror}. */
  void remember(URI mirror, String version) {
    try {
      Files.writeString(source, mirror + "\n" + version + "\n");
    } catch (IOException e) {
      throw new FetchException(source + ": cannot be written (" + e.getMessage() + ")", e);
    }
  }

  /** Another response goes on where this ends. */
  void goOn(URI mirror, String version) {
    mixed = true;
    remember(mirror, version);
  }

  /** Of what there is; nothing may be written afterwards but from the start. */
  String sha256() {
    return sum.finish();
  }

  /** Makes it the file: on the disk first, then under its name, at once. */
  void publish() {
    try {
      file.force(true);
      file.close();
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(source);
    } catch (IOException e) {
      throw new FetchException(target + ": cannot be written (" + e.getMessage() + ")", e);
    }
  }

  /** Deletes it: its bytes are wrong. */
  void discard() {
    try {
      file.close();
      Files.deleteIfExists(path);
      Files.deleteIfExists(source);
    } catch (IOException e) {
      throw new FetchException(path + ": cannot be deleted (" + e.getMessage() + ")", e);
    }
  }

  /** Keeps it for the next time, unless there is nothing in it. */
  @Override
  public void close() {
    if (size == 0 && file.isOpen()) {
      discard();
      return;
    }
    try {
      file.close();
    } catch (IOException e) {
      throw new FetchException(path + ": cannot be closed (" + e.getMessage() + ")", e);
    }
  }
}
