package dev.hone.bench.cli;

import dev.hone.nn.weights.Weights;
import dev.hone.nn.weights.WeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hone weights convert}: to safetensors. */
@Command(
    name = "convert",
    description = "Write the tensors of a file as safetensors, which cannot hold a program.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone weights convert resnet20-12fca82f.th resnet20.safetensors",
      "  ./hone weights convert checkpoint.pt weights.safetensors --overwrite",
      "",
      "Names, types and numbers stay as they are, bit for bit; of a training checkpoint",
      "the model's tensors are taken.",
      "Exit codes: 0 written, 1 not readable, 2 OUT is there."
    })
final class WeightsConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "IN", description = "Safetensors, .pt, .pth or .th.")
  private Path in = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  private Path out = Path.of("");

  @Option(names = "--overwrite", description = "Replace OUT if it is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws IOException {
    Folders.requireWritable("OUT", out);
    if (Files.exists(out)) {
      if (Files.exists(in) && Files.isSameFile(in, out)) {
        throw new Refusal(out + " is IN itself; name another file");
      }
      if (!overwrite) {
        throw new Refusal(out + " is there; --overwrite replaces it");
      }
    }
    Weights weights = Weights.read(in);
    PrintWriter err = spec.commandLine().getErr();
    weights.notes().forEach(note -> err.println(in + ": " + WeightsException.printable(note)));
    weights.contents().putMetadata("format", "pt");
    weights.contents().write(out);
    spec.commandLine()
        .getOut()
        .println("%s: %,d tensors".formatted(out, weights.contents().names().size()));
    return ExitCode.OK;
  }
}
