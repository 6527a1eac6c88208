package dev.hone.bench.cli;

import dev.hone.datasets.Datasets;
import dev.hone.datasets.fetch.Bytes;
import dev.hone.datasets.fetch.FetchListener;
import dev.hone.datasets.fetch.FetchSettings;
import dev.hone.datasets.fetch.Fetcher;
import dev.hone.datasets.fetch.Published;
import dev.hone.datasets.fetch.PublishedFile;
import java.io.Console;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hone data fetch}: downloads a data set. */
@Command(
    name = "fetch",
    description = "Download a data set, or what is missing of it.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone data fetch cifar100",
      "  ./hone data fetch mnist --data-dir data --yes",
      "  ./hone data fetch cifar10 --mirror https://mirror.example/data/",
      "",
      "What has come stays in NAME.part: after a cut, a kill or Ctrl-C the same command goes on",
      "there. A file gets its name once its length and SHA-256 are the published ones, so what has",
      "the name is whole. Behind a proxy:",
      "  HONE_JAVA_OPTS='-Dhttps.proxyHost=proxy -Dhttps.proxyPort=3128' ./hone data fetch ...",
      "Without a network, ./hone data info NAME says what to carry here.",
      "",
      "Exit codes: 0 all files are here, 1 they are not, 2 wrong usage or not agreed."
    })
final class DataFetchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DataPlace place = new DataPlace();

  @Parameters(paramLabel = "NAME", description = "One of ./hone data list.")
  private String name = "";

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "Fetch from there instead of from the published mirrors: a folder, or the file. Can be"
              + " given again for more.")
  private List<URI> mirrors = List.of();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before fetching.")
  private boolean yes;

  @Override
  public Integer call() {
    Published set = DataPlace.set(name);
    if (!set.fetchable()) {
      throw new Refusal(name + " cannot be fetched: " + set.byHand());
    }
    PrintWriter out = spec.commandLine().getOut();
    List<PublishedFile> missing = set.missingIn(place.root());
    if (!missing.isEmpty()) {
      agree(set, missing, out);
    }
    try (var _ = new Farewell(spec.commandLine().getErr())) {
      fetch(set);
    }
    out.println("use it: ./hone train --dataset " + name + dataDir(set));
    return ExitCode.OK;
  }

  /** What Ctrl-C is answered with; nothing needs to be done, since all that came is on the disk. */
  private static final class Farewell implements AutoCloseable {
    private final Thread hook;

    Farewell(PrintWriter err) {
      hook =
          new Thread(() -> {
            err.println();
            err.println("stopped; what has come is kept, and the same command goes on");
            err.flush();
          });
      Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // The JVM is ending: it has been said.
      }
    }
  }

  private void agree(Published set, List<PublishedFile> missing, PrintWriter out) {
    long bytes = missing.stream().mapToLong(PublishedFile::bytes).sum();
    out.println(
        "%s: %d file%s, %s, into %s"
            .formatted(
                set.title(),
                missing.size(),
                missing.size() == 1 ? "" : "s",
                Bytes.words(bytes),
                set.folderIn(place.root())));
    out.println("licence: " + set.licence());
    out.println("cite: " + set.citation());
    out.flush();
    if (yes) {
      return;
    }
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new Refusal("nobody is here to ask; add --yes to fetch it");
    }
    String answer = console.readLine("Fetch it? [Y/n] ");
    if (answer == null || !answer.strip().matches("(?i)|y|yes")) {
      throw new Refusal("nothing was fetched");
    }
  }

  private void fetch(Published set) {
    if (Boolean.getBoolean("hone.terminal")) {
      try (var bar = new DownloadBar(System.err, System::nanoTime)) {
        fetcher(bar).fetch(set, place.root());
      }
    } else {
      var lines = new DownloadLines(spec.commandLine().getErr(), System::nanoTime);
      fetcher(lines).fetch(set, place.root());
    }
  }

  private Fetcher fetcher(FetchListener listener) {
    Fetcher fetcher = Fetcher.of(FetchSettings.defaults(), listener);
    return mirrors.isEmpty() ? fetcher : fetcher.from(mirrors);
  }

  /** The embedded subset is what one gets without. */
  private String dataDir(Published set) {
    Path root = place.root();
    return place.given() || set.name().equals(Datasets.DEFAULT) ? " --data-dir " + root : "";
  }
}
