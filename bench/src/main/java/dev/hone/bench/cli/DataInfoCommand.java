package dev.hone.bench.cli;

import dev.hone.datasets.fetch.Bytes;
import dev.hone.datasets.fetch.Published;
import dev.hone.datasets.fetch.PublishedFile;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hone data info}: all that is known of a data set. */
@Command(
    name = "info",
    description = "Say what a data set is, its licence, whom to cite, its files and mirrors.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone data info cifar100",
      "  ./hone data info lsun         how to fetch by hand what cannot be fetched",
      "",
      "SHA-256 decides whether a file is the published one; MD5 is what the publisher's page has."
    })
final class DataInfoCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DataPlace place = new DataPlace();

  @Parameters(paramLabel = "NAME", description = "One of ./hone data list.")
  private String name = "";

  @Override
  public void run() {
    Published set = DataPlace.set(name);
    PrintWriter out = spec.commandLine().getOut();
    out.println(set.title() + ": " + set.about());
    out.println();
    line(out, "name", set.name());
    line(out, "images", set.images() + ", " + set.classes() + " classes");
    line(out, "licence", set.licence());
    line(out, "cite", set.citation());
    line(out, "home", set.home());
    line(out, "found", place.found(set));
    if (!set.fetchable()) {
      line(out, "by hand", set.byHand());
      return;
    }
    line(out, "fetch", "./hone data fetch " + set.name());
    for (PublishedFile file : set.files()) {
      out.println();
      line(
          out,
          "file",
          "%s, %,d bytes (%s)".formatted(file.name(), file.bytes(), Bytes.words(file.bytes())));
      line(out, "SHA-256", file.sha256());
      line(out, "MD5", file.md5());
      file.mirrors().forEach(mirror -> line(out, "mirror", mirror.toString()));
    }
  }

  private static void line(PrintWriter out, String what, String text) {
    out.println("%-10s".formatted(what) + text);
  }
}
