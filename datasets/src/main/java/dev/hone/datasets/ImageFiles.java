package dev.hone.datasets;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** JPEG and PNG files in a folder or a zip archive, which is read in place. */
abstract sealed class ImageFiles implements EncodedImages, Closeable permits FolderFiles, ZipFiles {
  /** More than the largest set in use has; a listing of so many takes some hundred megabytes. */
  static final int MAX_FILES = 2_000_000;

  private static final System.Logger LOG = System.getLogger(ImageFiles.class.getName());

  /**
   * @param path with slashes, relative to the place
   * @param stamp changes when the file does
   */
  record Found(String path, String stamp) {}

  private final Path place;
  private final List<Found> images = new ArrayList<>();
  private int ignored;
  private String firstIgnored = "";

  ImageFiles(Path place) {
    this.place = place;
  }

  Path place() {
    return place;
  }

  /** What tells this place from others whose files have the same names and stamps. */
  abstract String identity() throws IOException;

  /** All image files, by path. */
  abstract List<Found> list() throws IOException;

  /** Notes a file of the listing: an image by its name, or one to be ignored. */
  final void note(String path, String stamp) {
    String lower = path.toLowerCase(Locale.ROOT);
    String name = lower.substring(lower.lastIndexOf('/') + 1);
    if (name.startsWith(".") || lower.startsWith("__macosx/")) {
      return; // Litter of file managers.
    }
    if (!name.endsWith(".jpg") && !name.endsWith(".jpeg") && !name.endsWith(".png")) {
      firstIgnored = ignored++ == 0 ? path : firstIgnored;
      return;
    }
    if (images.size() == MAX_FILES) {
      throw tooMany();
    }
    images.add(new Found(path, stamp));
  }

  final List<Found> noted() {
    if (ignored > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} file(s) that are neither .jpg nor .png are left out, such as {2}",
          place,
          ignored,
          DatasetException.printable(firstIgnored));
    }
    images.sort(Comparator.comparing(Found::path));
    for (int i = 1; i < images.size(); i++) {
      if (images.get(i).path().equals(images.get(i - 1).path())) {
        throw DatasetException.of(
            place.toString(),
            "each file once",
            "'" + images.get(i).path() + "' twice",
            "pack the archive again");
      }
    }
    return images;
  }

  final DatasetException tooMany() {
    return DatasetException.of(
        place.toString(), "at most " + MAX_FILES + " files", "more", "give a smaller set");
  }

  @Override
  public abstract void close() throws IOException;
}
