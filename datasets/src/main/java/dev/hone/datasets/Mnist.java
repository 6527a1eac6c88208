package dev.hone.datasets;

import java.nio.file.Path;
import java.util.List;

/** MNIST (LeCun et al. 1998): the published idx files of a folder. */
record Mnist() implements Source {
  private static final String NAME = "mnist";

  /**
   * The usual mean 0.1307 and standard deviation 0.3081 are those of the 28 x 28 pixels; with the
   * zeros around them, p = 784/1024 of the whole, they are p mean and the root of p (std^2 +
   * mean^2) - (p mean)^2.
   */
  static final IdxFiles FILES =
      new IdxFiles(
          NAME,
          List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
          new Normalization(List.of(0.1000672f), List.of(0.2752140f)),
          List.of(5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
          List.of(7, 2, 1, 0, 4, 1, 4, 9, 5, 9));

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ImageDataset load(Split split) {
    throw DatasetException.of(
        NAME,
        "a folder with " + IdxFiles.imagesName(split) + ".gz",
        "no folder",
        "fetch it with ./hone data fetch "
            + NAME
            + ", say where it is with --data-dir, or use the embedded "
            + FashionMnist.NAME);
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    options.requireOwnSize(NAME, IdxFiles.SIDE);
    ImageDataset all =
        FILES.read(
            split,
            dataDir,
            FashionMnist.FILES,
            "fetch MNIST's four files and say where they are with --data-dir");
    return options.limited(
        all.describedAs(
            "MNIST by Yann LeCun, Corinna Cortes and Chris Burges; the official split"));
  }
}
