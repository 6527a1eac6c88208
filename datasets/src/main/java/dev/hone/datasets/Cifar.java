package dev.hone.datasets;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their binary versions, {@code [3, 32, 32]}: the
 * {@code .tar.gz} as published, or its files. Files may hold fewer records than published.
 */
record Cifar(String name, Labels kind) implements Source {

  /** What the labels of a record mean. */
  enum Labels {
    TEN,
    FINE,
    COARSE
  }

  private static final List<String> TEN_NAMES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Five times the members and the bytes that it has as published. */
  private static final Archive.Limits ARCHIVE_LIMITS = new Archive.Limits(64, 1L << 30);

  private static final Normalization TEN_NORMALIZATION =
      new Normalization(List.of(0.4914f, 0.4822f, 0.4465f), List.of(0.2470f, 0.2435f, 0.2616f));
  private static final Normalization HUNDRED_NORMALIZATION =
      new Normalization(List.of(0.5071f, 0.4865f, 0.4409f), List.of(0.2673f, 0.2564f, 0.2762f));

  @Override
  public ImageDataset load(Split split) {
    throw DatasetException.of(
        name,
        "a folder with " + layout().archive(),
        "no folder",
        "fetch it with ./hone data fetch "
            + name
            + ", say where it is with --data-dir, or use the embedded "
            + FashionMnist.NAME);
  }

  /** The fine and the coarse labels are in one archive. */
  @Override
  public String folder() {
    return kind == Labels.TEN ? "cifar10" : "cifar100";
  }

  @Override
  public ImageDataset load(Split split, Path dataDir, ReadOptions options) {
    options.requireOwnSize(name, CifarLayout.SIDE);
    List<String> wanted = layout().files(split);
    var records = new CifarRecords(layout(), wanted, layout().maxRecords(split));
    Path folder = folderWith(wanted, dataDir);
    Path archive = Files.isRegularFile(dataDir) ? dataDir : dataDir.resolve(layout().archive());
    if (Files.isDirectory(folder)) {
      for (String file : wanted) {
        read(folder.resolve(file), records);
      }
    } else if (Files.isRegularFile(archive)) {
      Set<String> members = new TreeSet<>(wanted);
      new Archive(archive, ARCHIVE_LIMITS)
          .read(
              members,
              Archive::lastPart,
              layout().publishedMd5(),
              (wantedAs, member, data) -> records.read(member, data));
    } else {
      throw nothingIn(dataDir, wanted);
    }
    ImageDataset all = records.dataset(name, classNames(), normalization(), kind == Labels.COARSE);
    return options.limited(
        all.describedAs(
            "%s by Alex Krizhevsky (2009), no licence stated; the official split"
                .formatted(kind == Labels.TEN ? "CIFAR-10" : "CIFAR-100")));
  }

  private static void read(Path file, CifarRecords records) {
    if (!Files.isRegularFile(file)) {
      throw DatasetException.of(
          file.toString(),
          "all files of the split",
          "this one missing",
          "unpack the archive again");
    }
    try (var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      records.read(file.toString(), in);
    } catch (IOException e) {
      throw DatasetException.unreadable(file.toString(), "a readable file", e);
    }
  }

  /** The folder that holds at least one of {@code wanted}; unpacked files come before archives. */
  private Path folderWith(List<String> wanted, Path dataDir) {
    Path unpacked = dataDir.resolve(layout().folder());
    for (Path folder : List.of(dataDir, unpacked)) {
      for (String file : wanted) {
        if (Files.isRegularFile(folder.resolve(file))) {
          return folder;
        }
      }
    }
    return unpacked.resolve(wanted.getFirst()); // which is no folder
  }

  private DatasetException nothingIn(Path dataDir, List<String> wanted) {
    return DatasetException.of(
        dataDir.toString(),
        "%s, %s/ or %s in it"
            .formatted(layout().archive(), layout().folder(), String.join(", ", wanted)),
        Files.isDirectory(dataDir) ? "none of them" : "no such folder",
        "fetch the binary version of "
            + (kind == Labels.TEN ? "CIFAR-10" : "CIFAR-100")
            + " and say where it is with --data-dir");
  }

  private CifarLayout layout() {
    return kind == Labels.TEN ? CifarLayout.CIFAR_10 : CifarLayout.CIFAR_100;
  }

  private Normalization normalization() {
    return kind == Labels.TEN ? TEN_NORMALIZATION : HUNDRED_NORMALIZATION;
  }

  private List<String> classNames() {
    return switch (kind) {
      case TEN -> TEN_NAMES;
      case FINE -> names("cifar-100-fine.txt");
      case COARSE -> names("cifar-100-coarse.txt");
    };
  }

  /** The published names in the order of their labels, one a line. */
  private static List<String> names(String resource) {
    try (InputStream in = Cifar.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException(resource + " is missing from hone-datasets; build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw DatasetException.unreadable(resource, "the embedded class names", e);
    }
  }
}
