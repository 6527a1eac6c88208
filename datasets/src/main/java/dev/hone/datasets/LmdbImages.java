package dev.hone.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Image files in LMDB databases, a folder each, whose keys may be any bytes. Reading them needs
 * lmdbjava on the class path, which nothing else does.
 */
final class LmdbImages implements EncodedImages {
  private final Path root;

  LmdbImages(Path root) {
    this.root = root;
  }

  /** Of the present state of the database in {@code folder}. */
  static String identity(Path folder) throws IOException {
    Path file = LmdbHeader.file(folder);
    return String.join(
        ",",
        file.toRealPath().toString(),
        String.valueOf(Files.size(file)),
        Files.getLastModifiedTime(file).toString());
  }

  /**
   * The first images of the database in {@code folder} by their keys, as many as the limit allows;
   * all of them only if they fit into memory.
   */
  List<String> paths(Path folder, ReadOptions options) throws IOException {
    String name = String.valueOf(folder.getFileName());
    try (LmdbReader database = open(folder)) {
      long count = database.count();
      if (options.limit() > 0) {
        count = Math.min(count, options.limit());
      }
      ImageFileSet.requireRoom(folder, count, options.side());
      var paths = new ArrayList<String>();
      for (String key : database.keys((int) count)) {
        paths.add(name + "/" + key);
      }
      return paths;
    }
  }

  @Override
  public void each(List<ImageEntry> entries, Sink sink) throws IOException {
    int i = 0;
    while (i < entries.size()) {
      String folder = folder(entries.get(i).path());
      try (LmdbReader database = open(root.resolve(folder))) {
        for (; i < entries.size() && folder(entries.get(i).path()).equals(folder); i++) {
          String path = entries.get(i).path();
          byte[] file = database.value(path.substring(folder.length() + 1));
          if (file.length > MAX_FILE_BYTES) {
            throw EncodedImages.tooLarge(nameOf(path));
          }
          sink.accept(i, file);
        }
      }
    }
  }

  private static String folder(String path) {
    return path.substring(0, path.indexOf('/'));
  }

  private static LmdbReader open(Path folder) throws IOException {
    LmdbHeader.check(folder);
    try {
      return LmdbReader.open(folder);
    } catch (LinkageError e) {
      throw DatasetException.of(
          folder.toString(),
          "lmdbjava to read it with",
          "no working one on the class path (" + e + ")",
          "docs/datasets.md says how to get it into a folder lmdb; then HONE_CLASS_PATH='lmdb/*'"
              + " ./hone ...");
    }
  }

  @Override
  public String nameOf(String path) {
    return root.resolve(folder(path)) + "!" + path.substring(path.indexOf('/') + 1);
  }
}
