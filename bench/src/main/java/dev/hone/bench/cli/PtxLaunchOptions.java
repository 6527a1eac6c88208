package dev.hone.bench.cli;

import dev.hone.kernels.ptx.Approximation;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Engine;
import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.kernels.ptx.PtxEmulator;
import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.kernels.ptx.PtxModule;
import dev.hone.kernels.ptx.Schedule;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code hone ptx run} and {@code trace} launch. */
final class PtxLaunchOptions {
  /** How far the {@code .approx} instructions are off. */
  enum Approx {
    EXACT,
    MAX,
    MIN,
    RANDOM
  }

  @Parameters(paramLabel = "FILE", description = "The PTX source.")
  private Path file = Path.of("");

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Which kernel. Default: the file's only one.")
  private String entry = "";

  @Option(
      names = "--grid",
      paramLabel = "X[,Y[,Z]]",
      split = ",",
      hideParamSyntax = true,
      defaultValue = "1",
      description = "How many blocks. Default: ${DEFAULT-VALUE}.")
  private List<Integer> grid = List.of();

  @Option(
      names = "--block",
      paramLabel = "X[,Y[,Z]]",
      split = ",",
      hideParamSyntax = true,
      defaultValue = "32",
      description = "How many threads in each. Default: ${DEFAULT-VALUE}.")
  private List<Integer> block = List.of();

  @Option(
      names = "--shared",
      paramLabel = "BYTES",
      defaultValue = "0",
      description = "Of the .extern .shared array. Default: ${DEFAULT-VALUE}.")
  private int shared;

  @Option(
      names = "--arg",
      paramLabel = "ARG",
      description =
          "One for each parameter, in order: f32:1.5, u32:100, or buffer:TYPE:COUNT:CONTENTS.")
  private List<String> arguments = List.of();

  @Option(
      names = "--schedule",
      paramLabel = "forward|reverse|random",
      defaultValue = "forward",
      description = "Who runs first; a right kernel does not care. Default: ${DEFAULT-VALUE}.")
  private Schedule.Order schedule = Schedule.Order.FORWARD;

  @Option(
      names = "--approx",
      paramLabel = "exact|max|min|random",
      defaultValue = "exact",
      description =
          "Where in its bound the result of an .approx instruction lies. Default: ${DEFAULT-VALUE}.")
  private Approx approx = Approx.EXACT;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of random buffers, schedules and approximations. Default: ${DEFAULT-VALUE}.")
  private int seed = 1;

  /** A launch made ready. */
  record Ready(
      PtxEmulator emulator,
      PtxEntry entry,
      Grid grid,
      int shared,
      List<PtxArgument> typed,
      List<KernelArgument> arguments) {}

  /** Reads a file; its name without the ending is what errors call it. */
  static PtxModule module(Path file) throws IOException {
    String name = file.getFileName().toString();
    String stem = name.endsWith(".ptx") ? name.substring(0, name.length() - 4) : name;
    return PtxModule.parse(Files.readString(file), stem);
  }

  Ready ready(Engine engine) throws IOException {
    PtxEntry kernel = entry(module(file));
    EmulatorOptions options =
        engine == Engine.TRANSLATED ? EmulatorOptions.fast() : EmulatorOptions.checked();
    var emulator =
        new PtxEmulator(
            options.withSchedule(new Schedule(schedule, seed)).withApproximation(approximation()));
    List<PtxArgument> typed = arguments.stream().map(PtxArgument::parse).toList();
    var values = new ArrayList<KernelArgument>();
    for (PtxArgument a : typed) {
      values.add(a.on(emulator, seed));
    }
    return new Ready(emulator, kernel, extents(), shared, typed, values);
  }

  private PtxEntry entry(PtxModule module) {
    if (!entry.isEmpty()) {
      return module.entry(entry);
    }
    if (module.entries().size() != 1) {
      throw new Refusal(
          "--entry: choose one of "
              + String.join(", ", module.entries().stream().map(PtxEntry::name).toList()));
    }
    return module.entries().getFirst();
  }

  private Approximation approximation() {
    return switch (approx) {
      case EXACT -> Approximation.EXACT;
      case MAX -> Approximation.MAX;
      case MIN -> Approximation.MIN;
      case RANDOM -> Approximation.random(seed);
    };
  }

  private Grid extents() {
    if (grid.size() > 3 || block.size() > 3) {
      throw new Refusal("--grid and --block have three extents at most: 16,4,1");
    }
    return new Grid(
        extent(grid, 0),
        extent(grid, 1),
        extent(grid, 2),
        extent(block, 0),
        extent(block, 1),
        extent(block, 2));
  }

  private static int extent(List<Integer> extents, int axis) {
    return axis < extents.size() ? extents.get(axis) : 1;
  }

  /** The buffers' first elements. */
  static void printBuffers(PrintWriter out, Ready ready, int most) {
    for (int i = 0; i < ready.typed().size(); i++) {
      if (ready.typed().get(i) instanceof PtxArgument.Buffer b
          && ready.arguments().get(i) instanceof KernelArgument.Address address) {
        List<String> values = PtxArgument.contents(ready.emulator(), b, address.value(), most);
        out.println(
            ready.entry().parameters().get(i).name()
                + " = "
                + String.join(" ", values)
                + (b.count() > most ? " ... (" + b.count() + ")" : ""));
      }
    }
  }
}
