package dev.hone.datasets.fetch;

import dev.hone.datasets.DataFolder;
import dev.hone.datasets.DatasetException;
import dev.hone.datasets.Datasets;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is known of a data set's files on this machine: whether they are the published ones, and
 * whether they can be read to their ends.
 *
 * @param problems why it cannot be used; empty if it can
 */
public record Verification(List<Sum> sums, List<Content> contents, List<String> problems) {
  public Verification {
    sums = List.copyOf(sums);
    contents = List.copyOf(contents);
    problems = List.copyOf(problems);
  }

  /**
   * A file's checksum.
   *
   * @param published what it should be
   * @param sha256 what it is
   */
  public record Sum(Path file, PublishedFile published, long bytes, String sha256) {
    public boolean asPublished() {
      return sha256.equals(published.sha256());
    }
  }

  /**
   * What was read of a split.
   *
   * @param fewest images of a class
   * @param most images of a class
   */
  public record Content(
      Split split,
      int images,
      int channels,
      int height,
      int width,
      int classes,
      int fewest,
      int most) {
    static Content of(Split split, ImageDataset data) {
      int[] counts = data.classCounts();
      return new Content(
          split,
          data.count(),
          data.channels(),
          data.height(),
          data.width(),
          data.classes(),
          Arrays.stream(counts).min().orElse(0),
          Arrays.stream(counts).max().orElse(0));
    }
  }

  /** Whether it can be read; another checksum than the published one is no obstacle. */
  public boolean sound() {
    return problems.isEmpty();
  }

  /** Whether all files are there as published. */
  public boolean asPublished(Published set) {
    return set.fetchable()
        && sums.size() == set.files().size()
        && sums.stream().allMatch(Sum::asPublished);
  }

  /**
   * Checks {@code set} in {@code place}: a data folder, the set's own folder, or the set's only
   * file. Files that are missing are no problem as long as all of it can be read, from unpacked
   * files for instance.
   */
  public static Verification of(Published set, Path place) throws IOException {
    var sums = new ArrayList<Sum>();
    Path folder = DataFolder.of(place, set.folder());
    for (PublishedFile published : set.files()) {
      Path file = Files.isRegularFile(place) ? place : folder.resolve(published.name());
      if (Files.isRegularFile(file)) {
        sums.add(new Sum(file, published, Files.size(file), Sha256.of(file)));
      }
    }
    var contents = new ArrayList<Content>();
    var problems = new ArrayList<String>();
    for (Split split : Split.values()) {
      try {
        contents.add(Content.of(split, Datasets.load(set.name(), split, place)));
      } catch (DatasetException e) {
        if (!problems.contains(e.getMessage())) {
          problems.add(e.getMessage());
        }
      }
    }
    return new Verification(sums, contents, problems);
  }

  /** What is embedded of {@code set}, which has no files of its own. */
  public static Verification ofEmbedded(Published set) {
    return new Verification(
        List.of(),
        Arrays.stream(Split.values())
            .map(split -> Content.of(split, Datasets.load(set.name(), split)))
            .toList(),
        List.of());
  }
}
