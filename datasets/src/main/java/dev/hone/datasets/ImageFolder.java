package dev.hone.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Image files in a folder per class, in a folder or a zip archive, {@code [3, size, size]}: the
 * largest centred square of each image.
 *
 * @param archive the archive's name without {@code .zip}, or empty if the data folder is all there
 *     is
 * @param about what the description says of the images
 */
record ImageFolder(String name, String archive, String about) implements Source {
  /** Any images at all. */
  static final ImageFolder IMAGES = new ImageFolder("images", "", "images in a folder per class");

  static final ImageFolder BIRDS =
      new ImageFolder(
          "birds",
          "cub200_2010_64x64_jpg",
          "CUB-200-2010 (Welinder et al. 2010) at 64x64, which is not CUB-200-2011");

  @Override
  public ImageDataset load(Split split) {
    throw DatasetException.of(name, "a folder or a zip archive of images", "none", wayOut());
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    try (ImageFiles files = open(dataDir)) {
      FolderLayout layout = FolderLayout.of(files, files.list());
      var set =
          new ImageFileSet(
              name,
              files.place(),
              files.identity(),
              layout.entries(),
              layout.classNames(),
              about + "; " + layout.rule(),
              files);
      return set.load(split, options);
    } catch (IOException e) {
      throw DatasetException.unreadable(dataDir.toString(), "readable images of " + name, e);
    }
  }

  private ImageFiles open(Path dataDir) throws IOException {
    List<Path> places =
        archive.isEmpty()
            ? List.of(dataDir)
            : List.of(dataDir.resolve(archive), dataDir.resolve(archive + ".zip"), dataDir);
    for (Path place : places) {
      if (Files.isRegularFile(place)) {
        return new ZipFiles(place);
      }
      if (Files.isDirectory(place) && (archive.isEmpty() || !place.equals(dataDir))) {
        return new FolderFiles(place);
      }
    }
    throw DatasetException.of(
        dataDir.toString(),
        archive.isEmpty() ? "a folder or a zip archive" : archive + " or " + archive + ".zip in it",
        Files.exists(dataDir) ? "neither" : "no such folder",
        wayOut());
  }

  private String wayOut() {
    return archive.isEmpty()
        ? "say with --data-dir where images lie in a folder per class, or a .zip of such folders"
        : "say with --data-dir where " + archive + ".zip lies";
  }
}
