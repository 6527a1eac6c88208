package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** Image files in a folder. Links may point at files inside it, never out of it. */
final class FolderFiles extends ImageFiles {
  FolderFiles(Path folder) {
    super(folder);
  }

  /** Sizes and times are weak evidence, so caches are not shared between folders. */
  @Override
  String identity() throws IOException {
    return place().toRealPath().toString();
  }

  @Override
  List<Found> list() throws IOException {
    Path root = place().toRealPath();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          private int files;

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes found)
              throws IOException {
            if (++files > MAX_FILES) {
              throw tooMany();
            }
            BasicFileAttributes own = found.isSymbolicLink() ? target(root, file) : found;
            String stamp = own.size() + "," + own.lastModifiedTime();
            note(root.relativize(file).toString().replace('\\', '/'), stamp);
            return FileVisitResult.CONTINUE;
          }
        });
    return noted();
  }

  private BasicFileAttributes target(Path root, Path link) throws IOException {
    if (Files.exists(link)) {
      Path target = link.toRealPath();
      BasicFileAttributes found =
          Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (target.startsWith(root) && found.isRegularFile()) {
        return found;
      }
    }
    throw DatasetException.of(
        nameOf(root.relativize(link).toString()),
        "links to files within the folder only",
        "one that leads elsewhere",
        "copy the file to its place or take the link out");
  }

  @Override
  public void each(List<ImageEntry> entries, Sink sink) throws IOException {
    for (int i = 0; i < entries.size(); i++) {
      Path file = place().resolve(entries.get(i).path());
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        if (bytes.length > MAX_FILE_BYTES) {
          throw EncodedImages.tooLarge(file.toString());
        }
        sink.accept(i, bytes);
      }
    }
  }

  @Override
  public String nameOf(String path) {
    return place().resolve(path).toString();
  }

  @Override
  public void close() {}
}
