package dev.hone.datasets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The data sets that can be had by name. */
public final class Datasets {
  /** The name of the embedded data set, which needs no folder. */
  public static final String DEFAULT = FashionMnist.NAME;

  private static final List<Source> SOURCES =
      List.of(
          new FashionMnist(),
          new Mnist(),
          new Cifar("cifar10", Cifar.Labels.TEN),
          new Cifar("cifar100", Cifar.Labels.FINE),
          new Cifar("cifar100-coarse", Cifar.Labels.COARSE),
          ImageFolder.IMAGES,
          ImageFolder.BIRDS,
          new Cub(),
          new Lsun());

  private Datasets() {}

  /** The names that {@link #load} knows, the default first. */
  public static List<String> names() {
    return SOURCES.stream().map(Source::name).toList();
  }

  /**
   * A split of the data set {@code name}: the embedded one, else the one that was fetched into
   * {@link DataFolder#root}.
   */
  public static ImageDataset load(String name, Split split) {
    return load(name, split, ReadOptions.defaults());
  }

  /** The same, with a wish for the images' size and the rest of {@code options}. */
  public static ImageDataset load(String name, Split split, ReadOptions options) {
    Source source = find(name);
    Path fetched = DataFolder.root().resolve(source.folder());
    boolean embedded = name.equals(DEFAULT);
    return embedded || !Files.isDirectory(fetched)
        ? source.load(split)
        : source.load(split, fetched, options);
  }

  /**
   * A split of the data set {@code name}, read from {@code dataDir}: the folder that holds the
   * archive as published, or the unpacked folder, or one whose folder {@code name} does. Only the
   * files of that split are needed. For {@code fashion-mnist} this reads the published idx files,
   * all of them, instead of the embedded subset.
   */
  public static ImageDataset load(String name, Split split, Path dataDir) {
    return load(name, split, dataDir, ReadOptions.defaults());
  }

  /**
   * The same, with a wish for the images' size and the rest of {@code options}; sets of one size
   * refuse another.
   */
  public static ImageDataset load(String name, Split split, Path dataDir, ReadOptions options) {
    Source source = find(name);
    return source.load(split, DataFolder.of(dataDir, source.folder()), options);
  }

  private static Source find(String name) {
    for (Source source : SOURCES) {
      if (source.name().equals(name)) {
        return source;
      }
    }
    throw DatasetException.of(
        "dataset", "one of " + String.join(", ", names()), "'" + name + "'", "choose one of them");
  }
}
