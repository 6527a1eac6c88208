package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Fashion-MNIST (arXiv 1708.07747): the embedded subset, or the published idx files of a folder.
 */
record FashionMnist() implements Source {
  static final String NAME = "fashion-mnist";

  /** The normalisation is the embedded training split's, padding included; a test computes it. */
  static final IdxFiles FILES =
      new IdxFiles(
          NAME,
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
              "Ankle boot"),
          new Normalization(List.of(0.21949063f), List.of(0.3327156f)),
          List.of(9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
          List.of(9, 2, 1, 1, 6, 1, 4, 6, 5, 7));

  private static final String ABOUT = "Fashion-MNIST by Zalando SE, MIT licence; ";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ImageDataset load(Split split) {
    return FILES
        .read(
            split,
            NAME + "/" + IdxFiles.imagesName(split) + ".gz",
            NAME + "/" + IdxFiles.labelsName(split) + ".gz",
            FashionMnist::resource)
        .describedAs(ABOUT + "the embedded set is a balanced subset");
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    options.requireOwnSize(NAME, IdxFiles.SIDE);
    ImageDataset all =
        FILES.read(
            split,
            dataDir,
            Mnist.FILES,
            "give the folder of the published files, or no folder for the embedded subset");
    return options.limited(all.describedAs(ABOUT + "the official split"));
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = FashionMnist.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("the resource is missing from hone-datasets; build it again");
    }
    return in;
  }
}
