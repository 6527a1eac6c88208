package dev.hone.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * CUB-200-2011 (Wah et al., CNS-TR-2011-001), {@code [3, size, size]}: {@code CUB_200_2011.tgz} as
 * published or its folder. Each image is cropped to the square around its bounding box; the split
 * is the official one.
 */
record Cub() implements Source {
  static final String NAME = "cub200-2011";
  static final String FOLDER = "CUB_200_2011";
  private static final String ARCHIVE = FOLDER + ".tgz";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ImageDataset load(Split split) {
    throw DatasetException.of(
        NAME,
        "a folder with " + ARCHIVE,
        "no folder",
        "fetch it with ./hone data fetch " + NAME + ", or say where it is with --data-dir");
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    try {
      for (Path place : List.of(dataDir, dataDir.resolve(FOLDER), dataDir.resolve(ARCHIVE))) {
        if (Files.isRegularFile(place)) {
          return archive(place, options).load(split, options);
        }
        if (Files.isRegularFile(place.resolve(CubIndex.IMAGES))) {
          return folder(place, options).load(split, options);
        }
      }
    } catch (IOException e) {
      throw DatasetException.unreadable(dataDir.toString(), "the files of " + NAME, e);
    }
    throw DatasetException.of(
        dataDir.toString(),
        ARCHIVE + " or " + FOLDER + "/ in it",
        Files.isDirectory(dataDir) ? "neither" : "no such folder",
        "fetch the archive as published and say where it is with --data-dir");
  }

  private static ImageFileSet archive(Path file, ReadOptions options) throws IOException {
    var archive = new CubArchive(file);
    Map<String, String> texts = archive.texts(options.cached());
    CubIndex index = CubIndex.parse(file + "!" + FOLDER + "/", texts);
    return set(file, archive.identity(), index, Map.of(), options, archive);
  }

  private static ImageFileSet folder(Path folder, ReadOptions options) throws IOException {
    var texts = new HashMap<String, String>();
    for (String name : CubIndex.FILES) {
      texts.put(name, CubIndex.text(folder.resolve(name)));
    }
    CubIndex index = CubIndex.parse(folder + "/", texts);
    try (var files = new FolderFiles(folder.resolve(CubIndex.FOLDER))) {
      var stamps = new HashMap<String, String>();
      for (ImageFiles.Found found : files.list()) {
        stamps.put(found.path(), found.stamp());
      }
      for (CubIndex.Image image : index.images()) {
        if (!stamps.containsKey(image.path())) {
          throw DatasetException.of(
              folder.resolve(CubIndex.IMAGES).toString(),
              "images that are there",
              "no " + CubIndex.FOLDER + "/" + image.path(),
              "unpack the archive again");
        }
      }
      return set(folder, files.identity(), index, stamps, options, files);
    }
  }

  private static ImageFileSet set(
      Path place,
      String identity,
      CubIndex index,
      Map<String, String> stamps,
      ReadOptions options,
      EncodedImages files) {
    return new ImageFileSet(
        NAME,
        place,
        identity,
        index.entries(options.margin(), stamps),
        index.classNames(),
        "CUB-200-2011 (Wah et al. 2011), for non-commercial research and education; the official"
            + " split; cropped to the bounding box with a margin of "
            + options.margin(),
        files);
  }
}
