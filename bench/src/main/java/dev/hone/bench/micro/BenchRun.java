package dev.hone.bench.micro;

import dev.hone.bench.report.Machine;
import dev.hone.kernels.cpu.CpuBackendProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Workloads, each with each of the settings.
 *
 * @param target what Hone runs on
 * @param watch how long each is measured
 * @param progress is told what is being done
 */
public record BenchRun(
    Machine machine,
    Target target,
    List<Workload> workloads,
    List<Setting> settings,
    Function<Workload, Stopwatch> watch,
    Consumer<String> progress) {
  public BenchRun {
    workloads = List.copyOf(workloads);
    settings = List.copyOf(settings);
  }

  /** Measures Hone alone. */
  public BenchResult alone() {
    List<Ceiling> before = ceilings();
    Map<Integer, Problem> problems = problems();
    var rows = new ArrayList<Measurement>();
    for (Setting setting : settings) {
      for (Workload workload : workloads) {
        progress.accept(numbered(rows.size(), workload));
        // An engine of its own for each, whose pool holds nothing of the others'.
        try (Engine hone = hone(problem(problems, setting), setting)) {
          rows.add(Measurement.of(hone, workload, setting, watch.apply(workload)));
        }
      }
    }
    List<String> engines =
        target instanceof Target.Gpu gpu ? List.of(gpu.words(settings.getFirst())) : List.of();
    return new BenchResult(machine, higher(before, ceilings()), engines, rows, List.of());
  }

  /** Measures Hone and a peer in turn. */
  public BenchResult against(PeerProvider peer) {
    List<Ceiling> before = ceilings();
    Map<Integer, Problem> problems = problems();
    var engines = new ArrayList<String>();
    var rows = new ArrayList<Contest>();
    for (Setting setting : settings) {
      try (var referee =
          new Referee(
              problem(problems, setting),
              setting,
              problem -> hone(problem, setting),
              problem -> peer.open(problem, setting.threads()))) {
        engines.addAll(referee.descriptions());
        for (Workload workload : workloads) {
          progress.accept(numbered(rows.size(), workload));
          rows.add(referee.contest(workload, watch.apply(workload)));
        }
      }
    }
    return new BenchResult(
        machine, higher(before, ceilings()), engines.stream().distinct().toList(), List.of(), rows);
  }

  /**
   * Lets JMH measure Hone.
   *
   * @param log where JMH says what it does
   * @param json where JMH writes its results, if anywhere
   */
  public BenchResult byJmh(PrintStream log, @Nullable Path json) {
    List<Ceiling> before = ceilings();
    Stopwatch longest = watch.apply(workloads.getFirst());
    List<Measurement> rows = JmhRun.of(workloads, settings, longest, log, json);
    return new BenchResult(machine, higher(before, ceilings()), List.of(), rows, List.of());
  }

  /** Measures one workload's memory in this process: Hone's, or the peer's if there is one. */
  public Footprint footprint(@Nullable PeerProvider peer) throws IOException {
    Setting setting = settings.getFirst();
    var backend = CpuBackendProvider.withThreads(setting.threads());
    Problem problem = Problem.untrained(backend, setting.batch());
    try (Engine engine =
        peer == null ? hone(problem, setting) : peer.open(problem, setting.threads())) {
      return Footprint.of(engine, workloads.getFirst());
    }
  }

  private String numbered(int done, Workload workload) {
    return "%d/%d %s".formatted(done + 1, settings.size() * workloads.size(), workload.name());
  }

  private List<Ceiling> ceilings() {
    progress.accept("measuring the machine itself");
    return settings.stream().map(Setting::threads).distinct().map(target::ceiling).toList();
  }

  /** Of two measurements the higher: what disturbs can only lower them. */
  private static List<Ceiling> higher(List<Ceiling> before, List<Ceiling> after) {
    var higher = new ArrayList<Ceiling>();
    for (int i = 0; i < before.size(); i++) {
      higher.add(before.get(i).or(after.get(i)));
    }
    return higher;
  }

  /** One for each batch. Where no network runs, it need not have seen anything. */
  private Map<Integer, Problem> problems() {
    boolean trains = workloads.stream().anyMatch(Workload::runsTheNetwork);
    int crew = settings.stream().mapToInt(Setting::threads).max().orElseThrow();
    // By the cpu, so that the problem is the same whatever is measured.
    var backend =
        target instanceof Target.Gpu
            ? CpuBackendProvider.withThreads(Runtime.getRuntime().availableProcessors())
            : CpuBackendProvider.withThreads(crew);
    progress.accept("making a network and a batch");
    var problems = new LinkedHashMap<Integer, Problem>();
    for (Setting setting : settings) {
      problems.computeIfAbsent(
          setting.batch(), n -> trains ? Problem.of(backend, n) : Problem.untrained(backend, n));
    }
    return problems;
  }

  private static Problem problem(Map<Integer, Problem> problems, Setting setting) {
    return Objects.requireNonNull(problems.get(setting.batch()));
  }

  private Engine hone(Problem problem, Setting setting) {
    return new HoneEngine(problem, target.backend(setting), "Hone, " + target.words(setting));
  }
}
