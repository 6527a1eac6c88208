package dev.hone.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hone weights}: files of weights. */
@Command(
    name = "weights",
    description = "Look into files of weights, and convert them to safetensors.",
    subcommands = {WeightsListCommand.class, WeightsConvertCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone weights list resnet20-12fca82f.th",
      "  ./hone weights convert resnet20-12fca82f.th resnet20.safetensors",
      "",
      "Read are safetensors and what torch.save writes (.pt, .pth, .th): tensors only.",
      "A file that asks for anything else is refused, and nothing in it is run.",
      "More: docs/weights.md"
    })
final class WeightsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
