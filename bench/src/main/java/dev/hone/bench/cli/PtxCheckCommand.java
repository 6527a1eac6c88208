package dev.hone.bench.cli;

import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.kernels.ptx.PtxModule;
import dev.hone.kernels.ptx.PtxParameter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hone ptx check}: parses and verifies. */
@Command(
    name = "check",
    description =
        "Parse and verify: syntax, types, labels, registers that may be read before they are set.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone ptx check docs/ptx/axpy.ptx docs/ptx/blocksum.ptx",
      "",
      "The first mistake is shown with its line and a caret. Exit codes: 0 right, 1 a mistake."
    })
final class PtxCheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "PTX sources.")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    for (Path file : files) {
      PtxModule module = PtxLaunchOptions.module(file);
      out.println(file + ": right");
      module.entries().forEach(e -> print(out, e));
    }
    return ExitCode.OK;
  }

  private static void print(PrintWriter out, PtxEntry e) {
    out.println("  " + e.name());
    for (PtxParameter p : e.parameters()) {
      out.println(
          "    %-5s %s%s".formatted(p.type(), p.name(), p.pointer() ? "  (an address)" : ""));
    }
    String registers =
        String.join(
            ", ",
            e.registers().entrySet().stream().map(r -> r.getValue() + " " + r.getKey()).toList());
    out.println("    registers: " + (registers.isEmpty() ? "none" : registers));
    out.println(
        "    %d instruction lines, %d bytes of shared memory, at most %d threads per block"
            .formatted(e.lines().size(), e.sharedBytes(), e.maxThreads()));
  }
}
