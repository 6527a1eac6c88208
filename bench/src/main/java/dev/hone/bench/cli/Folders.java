package dev.hone.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where runs are and where results may go; looked at before anything long is started. */
final class Folders {
  /** Where runs go if nothing else is said. */
  static final Path RUNS = Path.of("runs");

  /** The name of the settings in a run folder. */
  static final String SETTINGS = "settings.json";

  private Folders() {}

  private record Dated(Path folder, FileTime time) {}

  /** The run under {@code runs} whose settings were written last. */
  static Path newestRun(Path runs) throws IOException {
    var found = new ArrayList<Dated>();
    if (Files.isDirectory(runs)) {
      try (Stream<Path> folders = Files.list(runs)) {
        for (Path folder : folders.sorted().toList()) {
          Path settings = folder.resolve(SETTINGS);
          if (Files.isRegularFile(settings)) {
            found.add(new Dated(folder, Files.getLastModifiedTime(settings)));
          }
        }
      }
    }
    return found.stream()
        .max((a, b) -> a.time.compareTo(b.time))
        .map(Dated::folder)
        .orElseThrow(() ->
            new Refusal(
                "there is no run in "
                    + runs
                    + "/; make one with ./hone train, or give --run FOLDER or --weights FILE"));
  }

  /** The settings file of a run folder. */
  static Path settings(Path run) {
    Path settings = run.resolve(SETTINGS);
    if (!Files.isRegularFile(settings)) {
      throw new Refusal(
          run
              + (Files.isDirectory(run) ? ": no " + SETTINGS + " in it" : ": no such folder")
              + "; give the folder that ./hone train wrote");
    }
    return settings;
  }

  /** Refuses a result file that could not be written. */
  static void requireWritable(String option, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new Refusal(option + ": " + file + " is a folder; name a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new Refusal(option + ": cannot write " + file + ", since there is no folder " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw new Refusal(option + ": cannot write " + file + ": no permission for " + folder);
    }
  }

  /** Makes {@code folder} and those above it; one that is there must be empty. */
  static void makeEmpty(String option, Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      List<Path> inside;
      try (Stream<Path> files = Files.list(folder)) {
        inside = files.limit(1).toList();
      }
      if (!inside.isEmpty()) {
        throw new Refusal(
            "%s: %s is not empty; name another folder, or continue that run with --resume %s"
                .formatted(option, folder, folder));
      }
    }
    try {
      Files.createDirectories(folder);
      // By writing, since permission bits say nothing about read-only mounts.
      Files.delete(Files.createTempFile(folder, ".hone", ""));
    } catch (IOException e) {
      throw new Refusal(
          "%s: cannot write to the folder %s (%s); name one that can be written to"
              .formatted(option, folder, e.getClass().getSimpleName() + ": " + e.getMessage()));
    }
  }
}
