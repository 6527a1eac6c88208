package dev.hone.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hone data}: published data sets and their files. */
@Command(
    name = "data",
    description = "List, fetch and check data sets.",
    subcommands = {
      DataListCommand.class,
      DataInfoCommand.class,
      DataFetchCommand.class,
      DataVerifyCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone data list                 what there is, and what is here",
      "  ./hone data info cub200-2011    licence, citation, files, mirrors, checksums",
      "  ./hone data fetch cifar100       download it; goes on where it was cut",
      "  ./hone train --dataset cifar100  finds what was fetched",
      "  ./hone data verify cifar100      checksum, counts and labels",
      "",
      "Fetched sets go to ~/.cache/hone/data, or where HONE_CACHE or XDG_CACHE_HOME point",
      "to; --data-dir names another folder. More in docs/datasets.md."
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
