package dev.hone.bench.cli;

import dev.hone.nn.model.ResNetForm;
import dev.hone.nn.weights.Weights;
import dev.hone.nn.weights.WeightsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone weights list}: what a file holds. */
@Command(
    name = "list",
    description = "Show the tensors of a file: names, types, shapes, and what network they suit.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone weights list runs/first/icp/weights.safetensors",
      "  ./hone weights list checkpoint.pth.tar",
      "  ./hone weights list resnet20-12fca82f.th --json",
      "",
      "The content decides about the format, not the name. Types are those of",
      "safetensors: F32, F16, BF16, I64, ...",
      "Exit codes: 0 read, 1 damaged, refused or not weights."
    })
final class WeightsListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "Safetensors, .pt, .pth or .th.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** What {@code --json} prints of each tensor. */
  record TensorLine(String name, String type, List<Integer> shape) {}

  /** What {@code --json} prints. */
  record Listing(String format, List<String> notes, long elements, List<TensorLine> tensors) {}

  @Override
  public Integer call() {
    Weights weights = Weights.read(file);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      out.println(mapper.writeValueAsString(listing(weights)));
    } else {
      print(out, weights);
    }
    return ExitCode.OK;
  }

  private static Listing listing(Weights weights) {
    List<TensorLine> lines =
        weights.headers().stream().map(h -> new TensorLine(h.name(), h.type(), dims(h))).toList();
    return new Listing(weights.format(), weights.notes(), elements(weights), lines);
  }

  private static List<Integer> dims(Weights.Header header) {
    return Arrays.stream(header.shape().dims()).boxed().toList();
  }

  private static long elements(Weights weights) {
    return weights.headers().stream().mapToLong(h -> h.shape().size()).sum();
  }

  private void print(PrintWriter out, Weights weights) {
    out.println(file + ": " + weights.format());
    weights.notes().forEach(note -> out.println(WeightsException.printable(note)));
    out.println();
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("name", "type", "shape"));
    long bytes = 0;
    for (Weights.Header h : weights.headers()) {
      rows.add(List.of(WeightsException.printable(h.name()), h.type(), h.shape().toString()));
      bytes += h.bytes();
    }
    new TextTable(rows).print(out);
    out.println();
    out.println(
        String.format(
            Locale.ROOT,
            "%,d tensors, %,d elements, %,d bytes",
            rows.size() - 1,
            elements(weights),
            bytes));
    ResNetForm.of(weights.shapes()).ifPresent(form -> out.println("looks like " + form));
  }
}
