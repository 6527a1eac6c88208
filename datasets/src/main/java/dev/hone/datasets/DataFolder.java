package dev.hone.datasets;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where data sets lie: a folder for each below one root. */
public final class DataFolder {
  private DataFolder() {}

  /** Where fetched sets go when nobody says where: {@code data} in {@link CacheFolder}. */
  public static Path root() {
    return CacheFolder.path().resolve("data");
  }

  /**
   * Where {@code root} holds the set whose folder is called {@code name}: in that folder if there
   * is one, else in {@code root} itself, which is what people give who have nothing but one
   * archive.
   */
  public static Path of(Path root, String name) {
    Path own = root.resolve(name);
    return Files.isDirectory(own) ? own : root;
  }
}
