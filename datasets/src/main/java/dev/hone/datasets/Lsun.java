package dev.hone.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * LSUN (Yu et al., arXiv 1506.03365), {@code [3, size, size]}: the largest centred square of each
 * JPEG in the databases as published, {@code bedroom_train_lmdb} and so on; each category is a
 * class. The published test images have no labels, so {@code _val_lmdb} is the test split.
 */
record Lsun() implements Source {
  private static final String NAME = "lsun";
  private static final String TRAIN = "_train_lmdb";
  private static final String TEST = "_val_lmdb";
  private static final String WAY_OUT =
      "unpack the published zip of each category, such as bedroom" + TRAIN + ".zip";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ImageDataset load(Split split) {
    throw DatasetException.of(
        NAME,
        "a folder with bedroom" + TRAIN + " or another category in it",
        "no folder",
        "say where it is with --data-dir");
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    try {
      List<Path> folders = folders(dataDir);
      List<String> categories =
          List.copyOf(new TreeSet<>(folders.stream().map(Lsun::category).toList()));
      var images = new LmdbImages(dataDir);
      var entries = new ArrayList<ImageEntry>();
      var identity = new StringBuilder();
      for (Path folder : folders) {
        int label = categories.indexOf(category(folder));
        Split its = folder.toString().endsWith(TRAIN) ? Split.TRAIN : Split.TEST;
        for (String path : images.paths(folder, options)) {
          entries.add(new ImageEntry(path, "", label, its, new Crop.Centre()));
        }
        identity.append(LmdbImages.identity(folder)).append('\0');
      }
      return new ImageFileSet(
              NAME,
              dataDir,
              identity.toString(),
              entries,
              categories,
              "LSUN (Yu et al. 2015), no licence stated; the validation images are the test split",
              images)
          .load(split, options);
    } catch (IOException e) {
      throw DatasetException.unreadable(dataDir.toString(), "the databases of " + NAME, e);
    }
  }

  private static List<Path> folders(Path dataDir) throws IOException {
    if (!Files.isDirectory(dataDir)) {
      throw problem(dataDir, "no such folder");
    }
    try (Stream<Path> children = Files.list(dataDir)) {
      List<Path> folders =
          children
              .filter(child -> child.toString().endsWith(TRAIN) || child.toString().endsWith(TEST))
              .filter(Files::isDirectory)
              .sorted()
              .toList();
      if (folders.isEmpty()) {
        throw problem(dataDir, "neither");
      }
      return folders;
    }
  }

  private static DatasetException problem(Path dataDir, String found) {
    return DatasetException.of(
        dataDir.toString(),
        "<category>" + TRAIN + " or <category>" + TEST + " in it",
        found,
        WAY_OUT);
  }

  private static String category(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return name.substring(0, name.length() - (name.endsWith(TRAIN) ? TRAIN : TEST).length());
  }
}
