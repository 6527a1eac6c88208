package dev.hone.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hone ptx}: GPU kernels without a GPU. */
@Command(
    name = "ptx",
    description = "Check, run and trace GPU kernels in PTX, on an emulator.",
    subcommands = {PtxCheckCommand.class, PtxRunCommand.class, PtxTraceCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone ptx check docs/ptx/axpy.ptx",
      "  ./hone ptx run docs/ptx/axpy.ptx --grid 4 --block 32 \\",
      "      --arg buffer:f32:100:ones --arg buffer:f32:100:iota --arg f32:0.5 --arg u32:100",
      "  ./hone ptx trace docs/ptx/blocksum.ptx --block 64 --shared 256 \\",
      "      --arg buffer:f32:64:iota --arg buffer:f32:1:zeros --arg u32:64",
      "",
      "A walk through both kernels: docs/ptx.md"
    })
final class PtxCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
