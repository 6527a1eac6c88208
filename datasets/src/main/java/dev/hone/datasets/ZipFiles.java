package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Image files in a zip archive. Nothing is unpacked to disk, whatever its names claim. */
final class ZipFiles extends ImageFiles {
  private final ZipFile zip;

  ZipFiles(Path file) throws IOException {
    super(file);
    this.zip = open(file);
  }

  private static ZipFile open(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (IllegalArgumentException e) {
      // Thrown for names that are not UTF-8.
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The archive's own checksums tell its images from others, wherever it lies. */
  @Override
  String identity() {
    return "zip";
  }

  @Override
  List<Found> list() {
    if (zip.size() > MAX_FILES) {
      throw tooMany();
    }
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      if (!entry.isDirectory()) {
        note(checked(entry.getName()), entry.getSize() + "," + entry.getCrc());
      }
    }
    return noted();
  }

  /** Nothing is written, but such a name tells that the archive is not what it seems. */
  private String checked(String name) {
    if (name.startsWith("/")
        || name.indexOf('\\') >= 0
        || name.indexOf(':') >= 0
        || List.of(name.split("/", -1)).contains("..")) {
      throw DatasetException.of(
          place().toString(),
          "members with names inside the archive",
          "'" + name + "'",
          "get the archive from a source you trust");
    }
    return name;
  }

  @Override
  public void each(List<ImageEntry> entries, Sink sink) throws IOException {
    for (int i = 0; i < entries.size(); i++) {
      String path = entries.get(i).path();
      ZipEntry entry = zip.getEntry(path);
      if (entry == null) {
        throw new IOException(path + " has gone");
      }
      if (entry.getSize() > MAX_FILE_BYTES) {
        throw EncodedImages.tooLarge(nameOf(path));
      }
      sink.accept(i, read(entry));
    }
  }

  /** The declared size is not believed: inflating stops at the most that a file may have. */
  private byte[] read(ZipEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw EncodedImages.tooLarge(nameOf(entry.getName()));
      }
      if (entry.getCrc() >= 0 && crc(bytes) != entry.getCrc()) {
        throw new IOException(entry.getName() + " does not have the checksum it should have");
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  private static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @Override
  public String nameOf(String path) {
    return place() + "!" + path;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
