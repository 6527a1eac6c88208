package dev.hone.datasets;

import java.nio.file.Path;

/** Where a data set's images come from. */
sealed interface Source permits FashionMnist, Mnist, Cifar, ImageFolder, Cub, Lsun {
  String name();

  /** The name of its folder below a data folder; sets of the same files share it. */
  default String folder() {
    return name();
  }

  /** The split as embedded, or an error that says which folder is needed. */
  ImageDataset load(Split split);

  /** The split as read from the files in {@code dataDir}. */
  ImageDataset load(Split split, Path dataDir, ReadOptions options);
}
