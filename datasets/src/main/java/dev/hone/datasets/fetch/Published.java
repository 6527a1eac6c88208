package dev.hone.datasets.fetch;

import dev.hone.datasets.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A data set as it was published.
 *
 * @param name what {@code --dataset} calls it
 * @param title what people call it
 * @param about what is in it, a sentence or two
 * @param images how many, training and test
 * @param classes how many
 * @param licence the licence, or what is known where the publisher states none
 * @param citation what to cite
 * @param home the publisher's page
 * @param folder its folder below a data folder; sets that share their files share it
 * @param files what {@code fetch} gets; empty if it has to be fetched by hand
 * @param byHand how to come by it otherwise, and what to know; empty if there is nothing to say
 */
public record Published(
    String name,
    String title,
    String about,
    String images,
    int classes,
    String licence,
    String citation,
    String home,
    String folder,
    List<PublishedFile> files,
    String byHand) {
  public Published {
    files = List.copyOf(files);
  }

  /** Whether {@code fetch} can get it. */
  public boolean fetchable() {
    return !files.isEmpty();
  }

  /** The size of all files. */
  public long bytes() {
    return files.stream().mapToLong(PublishedFile::bytes).sum();
  }

  /** Where its files go below {@code root}. */
  public Path folderIn(Path root) {
    return root.resolve(folder);
  }

  /** Which files are missing below {@code root}; one of another size is missing too. */
  public List<PublishedFile> missingIn(Path root) {
    Path in = DataFolder.of(root, folder);
    return files.stream()
        .filter(file -> in.resolve(file.name()).toFile().length() != file.bytes())
        .toList();
  }

  /** Whether something of it lies below {@code root}, be it the beginning of a file. */
  public boolean begunIn(Path root) {
    Path in = DataFolder.of(root, folder);
    return files.stream()
        .map(file -> in.resolve(file.name()))
        .anyMatch(file -> Files.exists(file) || Files.exists(Part.of(file)));
  }
}
