package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fashion-MNIST (arXiv 1708.07747): the embedded subset, or the published idx files of a folder.
 * Images {@code [1, 28, 28]} come padded with zeros to {@code [1, 32, 32]}.
 */
record FashionMnist() implements Source {
  static final String NAME = "fashion-mnist";

  /** Of the embedded training split as it is used, so with its padding; a test computes it anew. */
  static final Normalization NORMALIZATION =
      new Normalization(List.of(0.21949063f), List.of(0.3327156f));

  private static final List<String> CLASSES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");
  private static final int SIZE = 28;
  private static final int PADDING = 2;
  private static final int SIDE = SIZE + 2 * PADDING;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ImageDataset load(Split split) {
    String images = NAME + "/" + imagesName(split) + ".gz";
    String labels = NAME + "/" + labelsName(split) + ".gz";
    try (InputStream imageBytes = resource(images);
        InputStream labelBytes = resource(labels)) {
      return join(
          split,
          images,
          Idx.images(images, imageBytes, SIZE, PADDING, published(split)),
          labels,
          Idx.labels(labels, labelBytes, CLASSES.size(), published(split)));
    } catch (IOException e) {
      throw DatasetException.unreadable(images, "the embedded data set", e);
    }
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    options.requireOwnSize(NAME, SIDE);
    Path images = find(dataDir, imagesName(split));
    Path labels = find(dataDir, labelsName(split));
    try (InputStream imageBytes = Files.newInputStream(images);
        InputStream labelBytes = Files.newInputStream(labels)) {
      ImageDataset all =
          join(
              split,
              images.toString(),
              Idx.images(images.toString(), imageBytes, SIZE, PADDING, published(split)),
              labels.toString(),
              Idx.labels(labels.toString(), labelBytes, CLASSES.size(), published(split)));
      return options.limited(all);
    } catch (IOException e) {
      throw DatasetException.unreadable(dataDir.toString(), "the idx files of " + NAME, e);
    }
  }

  private static ImageDataset join(
      Split split, String imagesFile, ImageStore images, String labelsFile, int[] labels) {
    if (images.count() != labels.length) {
      throw DatasetException.of(
          labelsFile,
          images.count() + " labels, one for each image of " + imagesFile,
          labels.length + " labels",
          "fetch both files of the " + split + " split again");
    }
    return new ImageDataset(
        NAME,
        1,
        SIDE,
        SIDE,
        CLASSES,
        NORMALIZATION,
        images,
        ImageDataset.inOrder(labels.length),
        labels);
  }

  private static Path find(Path dataDir, String file) {
    for (Path folder : List.of(dataDir, dataDir.resolve(NAME))) {
      for (String name : List.of(file, file + ".gz")) {
        if (Files.isRegularFile(folder.resolve(name))) {
          return folder.resolve(name);
        }
      }
    }
    throw DatasetException.of(
        dataDir.toString(),
        file + " or " + file + ".gz in it",
        Files.isDirectory(dataDir) ? "neither" : "no such folder",
        "give the folder of the published files, or no folder for the embedded subset");
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = FashionMnist.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("the resource is missing from hone-datasets; build it again");
    }
    return in;
  }

  private static String imagesName(Split split) {
    return prefix(split) + "-images-idx3-ubyte";
  }

  private static String labelsName(Split split) {
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
