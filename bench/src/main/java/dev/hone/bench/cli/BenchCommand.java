package dev.hone.bench.cli;

import dev.hone.bench.micro.Contest;
import dev.hone.bench.micro.Engine;
import dev.hone.bench.micro.HoneEngine;
import dev.hone.bench.micro.Measurement;
import dev.hone.bench.micro.PeerProvider;
import dev.hone.bench.micro.Problem;
import dev.hone.bench.micro.Referee;
import dev.hone.bench.micro.Stopwatch;
import dev.hone.bench.micro.Suite;
import dev.hone.bench.micro.Workload;
import dev.hone.bench.micro.Workloads;
import dev.hone.bench.report.Machine;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hone bench}: how fast Hone is on this machine, alone or against a peer. */
@Command(
    name = "bench",
    description = "Measure how fast Hone is on this machine, alone or against a peer.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone bench                         whole steps of ResNet-20, in about a minute",
      "  ./hone bench --suite conv --threads 1",
      "  ./hone bench --peer libtorch         the same steps against PyTorch's engine",
      "  ./hone bench --peer libtorch --suite conv --json conv.json",
      "",
      "Exit codes: 0 done, 1 failed or the engines disagree, 2 wrong usage or no such peer."
    })
final class BenchCommand implements Callable<Integer> {
  /** The machine's own. */
  private static final int WIDEST = 0;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--suite",
      paramLabel = "steps|icp|train|conv|ops|all",
      description = "What is measured. Default: ${DEFAULT-VALUE}.",
      defaultValue = "steps")
  private Suite suite = Suite.STEPS;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description =
          "Measure this engine too, in turn with Hone, after comparing what both compute: libtorch.")
  private @Nullable String peer;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step. Default: ${DEFAULT-VALUE}.",
      defaultValue = "128")
  private int batch = 128;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each engine; 0 means all cores. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private int threads;

  @Option(
      names = "--lanes",
      paramLabel = "16|8|4|1",
      description = "Floats in Hone's vectors; 1 is scalar. Default: this machine's.",
      defaultValue = "0")
  private int lanes;

  @Option(
      names = "--time",
      paramLabel = "SECONDS",
      description = "How long each row is measured, after as long again warming up, at most 2 s.",
      defaultValue = "4")
  private double seconds = 4;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures as JSON.")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    refuseWhatCannotBe();
    int crew = threads == Devices.ALL ? Runtime.getRuntime().availableProcessors() : threads;
    int width = lanes == WIDEST ? CpuBackendProvider.lanes() : lanes;
    var machine = Machine.current(crew, Devices.vectors(), Version.hone());
    PrintWriter err = spec.commandLine().getErr();
    err.println("making the network and the batch ...");
    Problem problem = Problem.of(CpuBackendProvider.withThreads(crew), batch);
    var setup = new Setup(problem, crew, width);
    BenchReport report =
        peer == null ? measure(setup, machine) : contest(setup, machine, provider(peer));
    report.print(spec.commandLine().getOut());
    if (json != null) {
      report.write(json);
    }
    return ExitCode.OK;
  }

  private record Setup(Problem problem, int threads, int lanes) {
    Backend backend() {
      return CpuBackendProvider.withThreads(threads, lanes);
    }

    Engine hone() {
      return hone(problem);
    }

    Engine hone(Problem problem) {
      return new HoneEngine(
          problem,
          backend(),
          "Hone, %d %s, %d lanes".formatted(threads, threads == 1 ? "thread" : "threads", lanes));
    }
  }

  private BenchReport measure(Setup setup, Machine machine) {
    double peak = CpuBackendProvider.fmaPeak(setup.threads);
    var rows = new ArrayList<Measurement>();
    for (Workload workload : Workloads.of(suite)) {
      progress(workload);
      try (Engine hone = setup.hone()) {
        rows.add(Measurement.of(hone, workload, batch, watch()));
      }
    }
    return new BenchReport(machine, peak, List.of(setup.hone().description()), rows, List.of());
  }

  private BenchReport contest(Setup setup, Machine machine, PeerProvider provider) {
    double peak = CpuBackendProvider.fmaPeak(setup.threads);
    var rows = new ArrayList<Contest>();
    try (var referee =
        new Referee(setup.problem, setup::hone, problem -> provider.open(problem, setup.threads))) {
      for (Workload workload : Workloads.contested(suite)) {
        progress(workload);
        rows.add(referee.contest(workload, watch()));
      }
      return new BenchReport(machine, peak, referee.descriptions(), List.of(), rows);
    }
  }

  private void progress(Workload workload) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(workload.name() + " ...");
    err.flush();
  }

  private Stopwatch watch() {
    Duration time = Duration.ofMillis(Math.round(1000 * seconds));
    Duration warmUp = Duration.ofMillis(Math.round(1000 * Math.min(seconds, 2)));
    return new Stopwatch(warmUp, time, 7);
  }

  private static PeerProvider provider(String name) {
    List<PeerProvider> found = PeerProvider.found();
    return found.stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new Refusal(
                found.isEmpty()
                    ? "--peer: there is none on the class path; ./hone builds libtorch where"
                        + " --peer libtorch is given"
                    : "--peer: '%s' is not one of %s"
                        .formatted(
                            name,
                            found.stream()
                                .map(PeerProvider::name)
                                .collect(Collectors.joining(", ")))));
  }

  private void refuseWhatCannotBe() {
    if (batch < 1) {
      throw new Refusal("--batch must be 1 or more, but is " + batch);
    }
    if (threads < 0) {
      throw new Refusal("--threads must be 1 or more, or 0 for all cores, but is " + threads);
    }
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new Refusal("--time must be above 0 and at most 3600 seconds, but is " + seconds);
    }
    if (json != null) {
      Folders.requireWritable("--json", json);
    }
    if (suite == Suite.OPS && peer != null) {
      throw new Refusal("--suite ops has no peer; leave out --peer, or choose another suite");
    }
  }
}
