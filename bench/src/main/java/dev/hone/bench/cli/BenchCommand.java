package dev.hone.bench.cli;

import static java.util.stream.Collectors.joining;

import dev.hone.bench.experiment.Rule;
import dev.hone.bench.micro.BenchResult;
import dev.hone.bench.micro.BenchRun;
import dev.hone.bench.micro.CostModel;
import dev.hone.bench.micro.FirstStep;
import dev.hone.bench.micro.Footprint;
import dev.hone.bench.micro.PeerProvider;
import dev.hone.bench.micro.Setting;
import dev.hone.bench.micro.Stopwatch;
import dev.hone.bench.micro.Suite;
import dev.hone.bench.micro.Target;
import dev.hone.bench.micro.Workload;
import dev.hone.bench.micro.Workloads;
import dev.hone.bench.report.Machine;
import dev.hone.icp.BatchNormMode;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.kernels.cuda.CudaBackendProvider;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.MathMode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone bench}: how fast Hone is on this machine, alone or against a peer. */
@Command(
    name = "bench",
    description = {
      "Measure how fast Hone is on this machine, alone or against a peer.",
      "",
      "The network is ResNet-20 on 32x32 colour images. GFLOP/s count multiplications and"
          + " additions by the definition of a convolution, whatever computes it, and the peak is"
          + " measured in the same run. Other programs on the machine show in every figure."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone bench                         whole steps, in about a minute",
      "  ./hone bench --suite conv            each convolution, and the roofline",
      "  ./hone bench --threads 1,2 --batch 32,128,512",
      "  ./hone bench --peer libtorch         the same steps against PyTorch's engine:",
      "                                       results compared, then both timed in turn",
      "  ./hone bench --peer libtorch --memory",
      "  ./hone bench --jmh --suite icp --json icp.json",
      "  ./hone bench --device cuda --math tf32",
      "  ./hone bench --device emulator --count     the GPU's kernels, counted",
      "  time ./hone bench --first-step       from nothing to one training step",
      "",
      "Exit codes: 0 done, 1 failed or the engines disagree, 2 wrong usage or no such peer."
    })
final class BenchCommand implements Callable<Integer> {
  private static final List<String> PEERS = List.of("libtorch");
  private static final double LONGEST = 3600;
  private static final String CPU = "cpu";
  private static final String EMULATOR = "emulator";

  /** Counts grow with the batch, and an interpreter counts. */
  private static final int COUNTED_BATCH = 4;

  private static final List<Workload> COUNTED =
      List.of(new Workload.TrainingStep(), new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, 1));

  /** Where JMH says what it does. */
  private final PrintStream jmhLog;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--suite",
      paramLabel = "NAME",
      description =
          "steps: whole steps; icp: each rule, both modes of batch norm, T of 5 and 10; train:"
              + " training and distillation steps; conv: each pass of each convolution; ops: each"
              + " row of the conformance table; all: everything but ops. Default: ${DEFAULT-VALUE}.",
      defaultValue = "steps")
  private Suite suite = Suite.STEPS;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the rows of the suite whose name has this in it.")
  private String only = "";

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description =
          "Compare with this engine: libtorch. It is downloaded and built the first time.")
  private @Nullable String peer;

  @Option(
      names = "--batch",
      paramLabel = "N,...",
      split = ",",
      hideParamSyntax = true,
      description = "Images per run. Default: ${DEFAULT-VALUE}.",
      defaultValue = "128")
  private List<Integer> batch = List.of(128);

  @Option(
      names = "--threads",
      paramLabel = "N,...",
      split = ",",
      hideParamSyntax = true,
      description = "Threads of each engine; 0 means all cores. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private List<Integer> threads = List.of(0);

  @Option(
      names = "--lanes",
      paramLabel = "N,...",
      split = ",",
      hideParamSyntax = true,
      description =
          "Floats in Hone's vectors: 16, 8, 4, or 1 for scalar kernels. Default: this"
              + " machine's.")
  private List<Integer> lanes = List.of();

  @Option(
      names = "--time",
      paramLabel = "SECONDS",
      description =
          "How long each row is measured. Default: 4 for whole steps, 1 for a convolution, .05 for"
              + " an op.")
  private @Nullable Double seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every figure as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--jmh",
      description = "Let JMH measure, each row in a JVM of its own; --json then writes JMH's.")
  private boolean jmh;

  @Option(
      names = "--memory",
      description = "Measure memory instead: what a step adds to a process (Linux).")
  private boolean memory;

  @Option(names = "--first-step", description = "Take one training step, say when, and end.")
  private boolean firstStep;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "What is measured: "
              + Devices.NAMES
              + ". The emulator's times are its own and say nothing about a GPU's. Default:"
              + " ${DEFAULT-VALUE}.",
      defaultValue = CPU)
  private String device = CPU;

  @Option(names = "--math", paramLabel = "NAME", description = Devices.MATH, defaultValue = "fma")
  private MathMode math = MathMode.FMA;

  @Option(
      names = "--count",
      description =
          "Count instead of timing, with --device emulator: what a training step and an ICP step"
              + " launch, compute and move on a GPU, against the least possible, and estimates for"
              + " some GPUs.")
  private boolean count;

  /** In a process of {@code --memory}: which engine it measures. */
  @Option(names = "--footprint-of", hidden = true)
  private @Nullable String footprintOf;

  BenchCommand() {
    this(System.err);
  }

  BenchCommand(PrintStream jmhLog) {
    this.jmhLog = jmhLog;
  }

  @Override
  public Integer call() throws IOException {
    refuseWhatCannotBe();
    PrintWriter out = spec.commandLine().getOut();
    if (firstStep) {
      double took = FirstStep.take(settings().getFirst()).toMillis() / 1e3;
      out.println(String.format(Locale.ROOT, "the first training step ended after %.2f s", took));
    } else if (footprintOf != null) {
      boolean own = footprintOf.equals(MemoryTable.HONE);
      out.println(run().footprint(own ? null : provider(footprintOf)).grown());
    } else if (memory) {
      MemoryTable.measure(peer, settings().getFirst(), note()).print(out);
    } else if (count) {
      count(out);
    } else {
      BenchResult result = result();
      new BenchTables(result).print(out);
      if (json != null && !jmh) {
        Files.writeString(json, result.json());
      }
    }
    return ExitCode.OK;
  }

  private void count(PrintWriter out) throws IOException {
    boolean given = spec.commandLine().getParseResult().hasMatchedOption("--batch");
    int n = given ? batch.getFirst() : COUNTED_BATCH;
    var models = new ArrayList<CostModel>();
    for (Workload step : COUNTED) {
      note().accept("counting a " + step.name());
      models.add(CostModel.of(step, n));
      new CostTable(models.getLast()).print(out);
    }
    if (json != null) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      Files.writeString(json, mapper.writeValueAsString(models) + System.lineSeparator());
    }
  }

  private BenchResult result() {
    if (jmh) {
      return run().byJmh(jmhLog, json);
    }
    return peer == null ? run().alone() : run().against(provider(peer));
  }

  private BenchRun run() {
    Double fixed = seconds;
    Target target = target();
    return new BenchRun(
        machine(),
        target,
        workloads(),
        target instanceof Target.Gpu ? batch.stream().map(Setting::ofGpu).toList() : settings(),
        workload -> fixed == null ? Stopwatch.of(workload) : Stopwatch.of(fixed),
        note());
  }

  /** The cpu or what {@code --device} names; {@code auto} says what it chose. */
  private Target target() {
    if (device.equalsIgnoreCase(CPU) && math == MathMode.FMA) {
      return new Target.Cpu();
    }
    Backend backend = Devices.open(device, Devices.ALL, math, spec.commandLine().getErr());
    if (backend.name().equals(CPU)) {
      return new Target.Cpu();
    }
    if (!CudaBackendProvider.made(backend)) {
      throw new Refusal(
          "--device %s: the oracle is slow by design and not timed".formatted(device));
    }
    return new Target.Gpu(backend);
  }

  private List<Workload> workloads() {
    List<Workload> rows = peer == null ? Workloads.of(suite) : Workloads.contested(suite);
    List<Workload> chosen = rows.stream().filter(row -> row.name().contains(only)).toList();
    if (chosen.isEmpty()) {
      throw new Refusal(
          "--only: no row of the suite has '%s' in its name; they are %s"
              .formatted(only, rows.stream().map(Workload::name).collect(joining(", "))));
    }
    return chosen;
  }

  /** Each batch with each number of threads and each width. */
  private List<Setting> settings() {
    int cores = Runtime.getRuntime().availableProcessors();
    List<Integer> widths = lanes.isEmpty() ? List.of(CpuBackendProvider.lanes()) : lanes;
    var settings = new ArrayList<Setting>();
    for (int n : batch) {
      for (int crew : threads) {
        for (int width : widths) {
          settings.add(new Setting(n, crew == Devices.ALL ? cores : crew, width));
        }
      }
    }
    return settings;
  }

  private Machine machine() {
    int most = settings().stream().mapToInt(Setting::threads).max().orElseThrow();
    try {
      return Machine.current(most, Devices.vectors(), Version.hone());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Consumer<String> note() {
    PrintWriter err = spec.commandLine().getErr();
    return doing -> {
      err.println(doing + " ...");
      err.flush();
    };
  }

  private static PeerProvider provider(String name) {
    return PeerProvider.found().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new Refusal(
                "--peer: "
                    + name
                    + " is not on the class path; start it by ./hone bench --peer "
                    + name
                    + ", which builds it"));
  }

  private void refuseWhatCannotBe() {
    if (peer != null && !PEERS.contains(peer)) {
      throw new Refusal("--peer: '" + peer + "' is not one of " + String.join(", ", PEERS));
    }
    if (count && (isOfCpu() || batch.size() > 1 || !device.equalsIgnoreCase(EMULATOR))) {
      throw new Refusal(
          "--count goes with --device emulator, one --batch and --json; leave out the rest");
    }
    if (!device.equalsIgnoreCase(CPU) && isOfCpu()) {
      throw new Refusal(
          "--device %s goes with --suite, --only, --batch, --time, --math and --json; the rest is of"
                  .formatted(device)
              + " the cpu");
    }
    requireEach("--batch must be 1 or more", batch, n -> n >= 1);
    requireEach("--threads must be 1 or more, or 0 for all cores", threads, n -> n >= 0);
    requireEach("--lanes must be 16, 8, 4 or 1", lanes, List.of(16, 8, 4, 1)::contains);
    if (seconds != null && !(seconds > 0 && seconds <= LONGEST)) {
      throw new Refusal(
          "--time must be above 0 and at most %.0f seconds, but is %s".formatted(LONGEST, seconds));
    }
    if (suite == Suite.OPS && peer != null) {
      throw new Refusal("--suite ops has no peer; leave out --peer, or choose another suite");
    }
    if (jmh && peer != null) {
      throw new Refusal("--jmh measures Hone alone; leave out --peer, or --jmh");
    }
    if (memory && !Footprint.measurable()) {
      throw new Refusal("--memory reads /proc/self, which this system does not have");
    }
    if (json != null) {
      Folders.requireWritable("--json", json);
    }
  }

  /** Whether anything was asked for that only the cpu has. */
  private boolean isOfCpu() {
    return peer != null || jmh || memory || firstStep || !lanes.isEmpty() || !isAll(threads);
  }

  private static boolean isAll(List<Integer> threads) {
    return threads.equals(List.of(Devices.ALL));
  }

  private static void requireEach(String rule, List<Integer> values, IntPredicate holds) {
    for (int value : values) {
      if (!holds.test(value)) {
        throw new Refusal(rule + ", but is " + value);
      }
    }
  }
}
