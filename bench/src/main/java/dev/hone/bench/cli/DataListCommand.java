package dev.hone.bench.cli;

import dev.hone.datasets.fetch.Bytes;
import dev.hone.datasets.fetch.Catalogue;
import dev.hone.datasets.fetch.Published;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone data list}: what there is and where. */
@Command(
    name = "list",
    description = "List the data sets and where they are on this machine.",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone data list",
      "  ./hone data list --data-dir /mnt/data",
      "  ./hone data list --json     an array of objects: name, title, images, classes,",
      "                              bytes, licence, found",
      "",
      "FOUND is a folder with all files, or: embedded subset (comes with Hone), begun (fetch goes",
      "on), missing (fetch gets it), by hand (./hone data info says how)."
    })
final class DataListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private DataPlace place = new DataPlace();

  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  /** What {@code --json} prints of a set. */
  record Row(
      String name,
      String title,
      String images,
      int classes,
      long bytes,
      String licence,
      String found) {
    static Row of(Published set, String found) {
      return new Row(
          set.name(), set.title(), set.images(), set.classes(), set.bytes(), set.licence(), found);
    }

    private List<String> cells() {
      String size = bytes == 0 ? "-" : Bytes.words(bytes);
      // The reservations are in ./hone data info.
      String shortLicence = licence.split("[;,]", 2)[0];
      return List.of(name, images, Integer.toString(classes), size, shortLicence, found);
    }
  }

  @Override
  public Integer call() {
    List<Row> rows = Catalogue.sets().stream().map(set -> Row.of(set, place.found(set))).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      out.println(mapper.writeValueAsString(rows));
      return ExitCode.OK;
    }
    var table = new ArrayList<List<String>>();
    table.add(List.of("NAME", "IMAGES", "CLASSES", "SIZE", "LICENCE", "FOUND"));
    rows.forEach(row -> table.add(row.cells()));
    new TextTable(table).print(out);
    return ExitCode.OK;
  }
}
