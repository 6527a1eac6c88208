package dev.hone.bench.cli;

import dev.hone.datasets.DataFolder;
import dev.hone.datasets.Datasets;
import dev.hone.datasets.fetch.Catalogue;
import dev.hone.datasets.fetch.Published;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where data sets lie, and what follows from it. */
final class DataPlace {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "A folder with a folder for each data set. Default: data in the cache folder, which is"
              + " $HONE_CACHE or ~/.cache/hone.")
  private @Nullable Path dataDir;

  /** Whether the option was given. */
  boolean given() {
    return dataDir != null;
  }

  Path root() {
    return dataDir == null ? DataFolder.root() : dataDir;
  }

  /** How far a set is here, in a word or as the folder that has it. */
  String found(Published set) {
    if (set.fetchable() && set.missingIn(root()).isEmpty()) {
      return DataFolder.of(root(), set.folder()).toString();
    }
    boolean embedded = set.name().equals(Datasets.DEFAULT);
    if (set.begunIn(root())) {
      return embedded ? "embedded subset; begun" : "begun";
    }
    return embedded ? "embedded subset" : set.fetchable() ? "missing" : "by hand";
  }

  /** The set {@code name}; anything else lists the valid names. */
  static Published set(String name) {
    List<String> names = Catalogue.sets().stream().map(Published::name).toList();
    if (!names.contains(name)) {
      throw new Refusal(
          "there is no data set '%s'; there are %s".formatted(name, String.join(", ", names)));
    }
    return Catalogue.of(name);
  }
}
