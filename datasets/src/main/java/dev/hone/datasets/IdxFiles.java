package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The four files that every set of the MNIST family is published as, under the same names. Images
 * {@code [1, 28, 28]} come padded with zeros to {@code [1, 32, 32]}.
 *
 * @param firstTrainLabels with which the label file of the training split starts
 * @param firstTestLabels with which that of the test split starts
 */
record IdxFiles(
    String name,
    List<String> classNames,
    Normalization normalization,
    List<Integer> firstTrainLabels,
    List<Integer> firstTestLabels) {
  private static final int SIZE = 28;
  private static final int PADDING = 2;
  static final int SIDE = SIZE + 2 * PADDING;

  /** Opens a file by its published name. */
  interface Opening {
    InputStream open(String file) throws IOException;
  }

  /** A split from wherever {@code opening} finds its files. */
  ImageDataset read(Split split, String images, String labels, Opening opening) {
    try (InputStream imageBytes = opening.open(images);
        InputStream labelBytes = opening.open(labels)) {
      ImageStore store = Idx.images(images, imageBytes, SIZE, PADDING, published(split));
      int[] classes = Idx.labels(labels, labelBytes, classNames.size(), published(split));
      if (store.count() != classes.length) {
        throw DatasetException.of(
            labels,
            store.count() + " labels, one for each image of " + images,
            classes.length + " labels",
            "fetch both files of the " + split + " split again");
      }
      return new ImageDataset(
          name,
          1,
          SIDE,
          SIDE,
          classNames,
          normalization,
          store,
          ImageDataset.inOrder(classes.length),
          classes);
    } catch (IOException e) {
      throw DatasetException.unreadable(images, "the idx files of " + name, e);
    }
  }

  /** A split from a folder: the set's own in {@code dataDir}, or {@code dataDir} itself. */
  ImageDataset read(Split split, Path dataDir, IdxFiles sibling, String wayOut) {
    String images = find(dataDir, imagesName(split), wayOut).toString();
    String labels = find(dataDir, labelsName(split), wayOut).toString();
    ImageDataset all = read(split, images, labels, file -> Files.newInputStream(Path.of(file)));
    List<Integer> found = Arrays.stream(all.labels()).limit(10).boxed().toList();
    if (found.equals(sibling.firstLabels(split))) {
      throw DatasetException.of(
          labels,
          "the labels of " + name,
          "those of " + sibling.name(),
          "the two sets have the same file names; keep each in a folder of its own");
    }
    return all;
  }

  private Path find(Path dataDir, String file, String wayOut) {
    for (Path folder : List.of(dataDir.resolve(name), dataDir)) {
      for (String candidate : List.of(file, file + ".gz")) {
        if (Files.isRegularFile(folder.resolve(candidate))) {
          return folder.resolve(candidate);
        }
      }
    }
    throw DatasetException.of(
        dataDir.toString(),
        file + " or " + file + ".gz in it",
        Files.isDirectory(dataDir) ? "neither" : "no such folder",
        wayOut);
  }

  private List<Integer> firstLabels(Split split) {
    return split == Split.TRAIN ? firstTrainLabels : firstTestLabels;
  }

  static String imagesName(Split split) {
    return prefix(split) + "-images-idx3-ubyte";
  }

  static String labelsName(Split split) {
    return prefix(split) + "-labels-idx1-ubyte";
  }

  private static String prefix(Split split) {
    return switch (split) {
      case TRAIN -> "train";
      case TEST -> "t10k";
    };
  }

  private static int published(Split split) {
    return switch (split) {
      case TRAIN -> 60_000;
      case TEST -> 10_000;
    };
  }
}
