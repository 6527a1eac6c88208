package dev.hone.bench.cli;

import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.Engine;
import dev.hone.kernels.ptx.Launch;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hone ptx run}: one launch. */
@Command(
    name = "run",
    description = "Launch a kernel on the emulator and print its buffers and what it cost.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone ptx run docs/ptx/axpy.ptx --grid 4 --block 32 \\",
      "      --arg buffer:f32:100:ones --arg buffer:f32:100:iota --arg f32:0.5 --arg u32:100",
      "",
      "Buffers: f32, f64, u32, s32, u64, s64, u8; zeros, ones, iota (0 1 2 ..), random,",
      "uninitialised (whoever reads it is told).",
      "",
      "The interpreter stops at the first access out of bounds, race, deadlocked barrier or",
      "uninitialised read, and names line, block, thread and lane."
    })
final class PtxRunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private PtxLaunchOptions launch = new PtxLaunchOptions();

  @Option(
      names = "--engine",
      paramLabel = "interpreter|translated",
      defaultValue = "interpreter",
      description = "With every check, or fast. Default: ${DEFAULT-VALUE}.")
  private Engine engine = Engine.INTERPRETER;

  @Option(
      names = "--print",
      paramLabel = "N",
      defaultValue = "16",
      description = "Elements of each buffer to print. Default: ${DEFAULT-VALUE}.")
  private int most = 16;

  @Override
  public Integer call() throws IOException {
    PtxLaunchOptions.Ready ready = launch.ready(engine);
    Launch done =
        ready.emulator().launch(ready.entry(), ready.grid(), ready.shared(), ready.arguments());
    PrintWriter out = spec.commandLine().getOut();
    PtxLaunchOptions.printBuffers(out, ready, most);
    if (done.counted()) {
      print(out, done.counters());
    }
    return ExitCode.OK;
  }

  private static void print(PrintWriter out, Counters c) {
    out.println();
    out.printf(
        "%d instructions in %d of warps, %d floating-point operations, %d barriers, %d divergent branches%n",
        c.instructions(), c.warpInstructions(), c.flops(), c.barriers(), c.divergentBranches());
    out.printf(
        "global memory: %d bytes read, %d written, %d sectors of 32 bytes, %d if all accesses were coalesced%n",
        c.globalBytesRead(), c.globalBytesWritten(), c.globalSectors(), c.idealSectors());
    out.printf(
        "shared memory: %d accesses of warps, %d bank conflicts%n",
        c.sharedAccesses(), c.bankConflicts());
  }
}
