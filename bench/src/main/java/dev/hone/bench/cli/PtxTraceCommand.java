package dev.hone.bench.cli;

import dev.hone.kernels.ptx.Engine;
import dev.hone.kernels.ptx.TraceStep;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hone ptx trace}: a launch, instruction by instruction. */
@Command(
    name = "trace",
    description =
        "Launch a kernel and show each instruction of a warp: lanes, registers, addresses.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone ptx trace docs/ptx/blocksum.ptx --block 64 --shared 256 --lanes 0,1,31 \\",
      "      --arg buffer:f32:64:iota --arg buffer:f32:1:zeros --arg u32:64",
      "",
      "Each step shows the 32 lanes of the warp, lane 0 first:",
      "  # runs the instruction   - is here, but held back by the guard @%p",
      "  . is elsewhere: the warp has divided   (blank) has exited",
      "then, for the lanes of --lanes, the registers read, those written after the arrow and",
      "the address of a memory access. #2+16 is byte 16 of the second allocation."
    })
final class PtxTraceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private PtxLaunchOptions launch = new PtxLaunchOptions();

  @Option(
      names = "--of-block",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which block to show, x fastest. Default: ${DEFAULT-VALUE}.")
  private int block;

  @Option(
      names = "--of-warp",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which of its warps. Default: ${DEFAULT-VALUE}.")
  private int warp;

  @Option(
      names = "--lanes",
      paramLabel = "N,...",
      split = ",",
      hideParamSyntax = true,
      defaultValue = "0,1,31",
      description = "Whose registers to show. Default: ${DEFAULT-VALUE}.")
  private List<Integer> lanes = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many to show; the launch runs on. Default: ${DEFAULT-VALUE}.")
  private int most = 200;

  private int shown;

  @Override
  public Integer call() throws IOException {
    for (int lane : lanes) {
      if (lane < 0 || lane > 31) {
        throw new Refusal("--lanes: a warp has lanes 0 to 31, not " + lane);
      }
    }
    PtxLaunchOptions.Ready ready = launch.ready(Engine.INTERPRETER);
    PrintWriter out = spec.commandLine().getOut();
    ready
        .emulator()
        .trace(
            ready.entry(),
            ready.grid(),
            ready.shared(),
            ready.arguments(),
            step -> show(out, step));
    out.println();
    if (shown > most) {
      out.println("... " + (shown - most) + " more steps; --steps shows more");
    }
    PtxLaunchOptions.printBuffers(out, ready, 16);
    return ExitCode.OK;
  }

  private void show(PrintWriter out, TraceStep step) {
    if (step.block() != block || step.warp() != warp || ++shown > most) {
      return;
    }
    out.printf("%5d  |%s|  %s%n", step.line(), step.picture(), step.instruction());
    for (int lane : lanes) {
      String values = values(step, lane);
      if ((step.running() >>> lane & 1) != 0 && !values.isEmpty()) {
        out.printf("         lane %2d: %s%n", lane, values);
      }
    }
  }

  private static String values(TraceStep step, int lane) {
    String read = registers(step, lane, false);
    String written = registers(step, lane, true);
    String address = step.addresses().isEmpty() ? "" : "  at " + step.address(lane);
    String arrow = read.isEmpty() || written.isEmpty() ? "" : " -> ";
    return read + arrow + written + address;
  }

  private static String registers(TraceStep step, int lane, boolean written) {
    return step.values().stream()
        .filter(v -> v.written() == written)
        .map(v -> v.register() + "=" + v.lanes().get(lane))
        .collect(Collectors.joining(" "));
  }
}
