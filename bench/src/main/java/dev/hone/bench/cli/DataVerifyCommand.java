package dev.hone.bench.cli;

import dev.hone.datasets.Datasets;
import dev.hone.datasets.fetch.Catalogue;
import dev.hone.datasets.fetch.Published;
import dev.hone.datasets.fetch.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hone data verify}: whether a data set is whole. */
@Command(
    name = "verify",
    description = "Check a data set: checksums, and every record by reading it.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone data verify cifar100",
      "  ./hone data verify birds --data-dir data",
      "  ./hone data verify data/cifar-10-binary.tar.gz",
      "",
      "Another checksum than the published one is a warning as long as everything can be read: the",
      "set can be used, but its results are not those of the published set.",
      "",
      "Exit codes: 0 it can be used, 1 it cannot, 2 wrong usage."
    })
final class DataVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DataPlace place = new DataPlace();

  @Parameters(paramLabel = "NAME|FILE", description = "One of ./hone data list, or a file of one.")
  private String what = "";

  @Override
  public Integer call() throws IOException {
    Path file = Path.of(what);
    PrintWriter out = spec.commandLine().getOut();
    if (Files.isRegularFile(file)) {
      Published set = owner(file);
      boolean alone = set.files().size() <= 1;
      Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      return print(out, set, Verification.of(set, alone ? file : folder));
    }
    Published set = DataPlace.set(what);
    boolean embedded =
        set.name().equals(Datasets.DEFAULT) && !place.given() && !set.begunIn(place.root());
    return print(
        out, set, embedded ? Verification.ofEmbedded(set) : Verification.of(set, place.root()));
  }

  /**
   * The set that a file of this name belongs to; names that two sets use are told by the folder.
   */
  private static Published owner(Path file) {
    String name = String.valueOf(file.getFileName());
    Path folder = file.toAbsolutePath().getParent();
    return Catalogue.sets().stream()
        .filter(set -> set.files().stream().anyMatch(f -> f.name().equals(name)))
        .filter(set -> set.files().size() == 1 || folder == null || folder.endsWith(set.folder()))
        .findFirst()
        .orElseThrow(() ->
            new Refusal(
                file
                    + ": no data set has a file of that name; give the data set's name, and the"
                    + " folder with --data-dir"));
  }

  private int print(PrintWriter out, Published set, Verification found) {
    for (Verification.Sum sum : found.sums()) {
      out.println(
          sum.asPublished()
              ? "ok       " + sum.file() + ": SHA-256 as published"
              : "warning  %s: %,d bytes with SHA-256 %s, published are %,d with %s"
                  .formatted(
                      sum.file(),
                      sum.bytes(),
                      sum.sha256(),
                      sum.published().bytes(),
                      sum.published().sha256()));
    }
    for (Verification.Content c : found.contents()) {
      out.println(
          "ok       %s: %,d images [%d, %d, %d], %d classes, %,d to %,d images each"
              .formatted(
                  c.split(),
                  c.images(),
                  c.channels(),
                  c.height(),
                  c.width(),
                  c.classes(),
                  c.fewest(),
                  c.most()));
    }
    found.problems().forEach(problem -> out.println("problem  " + problem));
    String verdict =
        !found.sound()
            ? "cannot be used"
            : found.asPublished(set)
                ? "is whole and as published"
                : "can be used" + (found.sums().isEmpty() ? "" : ", but is not as published");
    out.println(set.name() + " " + verdict);
    return found.sound() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
