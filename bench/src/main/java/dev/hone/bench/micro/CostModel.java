package dev.hone.bench.micro;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.kernels.cuda.EmulatorBackendProvider;
import dev.hone.kernels.cuda.PtxAssembler;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.Launch;
import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a step costs on a GPU, counted without one: the emulator's interpreter runs the step's
 * kernels and counts their operations and accesses.
 *
 * @param kernels those of the step, the one that moves most first
 * @param least see {@link LeastCost}
 */
public record CostModel(Workload workload, int batch, List<KernelCost> kernels, LeastCost least) {
  /** The architecture whose registers are shown. */
  public static final int SM = 80;

  public CostModel {
    kernels = List.copyOf(kernels);
  }

  /**
   * Counts {@code workload}. A step of ICP is what one more step of the loop adds, since what comes
   * before the loop, such as folding batch norm into the weights, is done once for all T.
   */
  public static CostModel of(Workload workload, int batch) {
    List<Launch> launches =
        switch (workload) {
          case Workload.Icp(var rule, var mode, int steps) -> {
            List<Launch> more = run(new Workload.Icp(rule, mode, 2 * steps), batch);
            run(workload, batch).forEach(launch -> remove(more, launch));
            yield more;
          }
          default -> run(workload, batch);
        };
    return new CostModel(workload, batch, costs(launches), LeastCost.of(workload, batch));
  }

  /** Once to warm up, so that what is kept between runs is, and once to listen. */
  private static List<Launch> run(Workload workload, int batch) {
    var launches = new ArrayList<Launch>();
    Backend counting = EmulatorBackendProvider.counting(launches::add);
    Problem problem = Problem.untrained(CpuBackendProvider.withThreads(1), batch);
    try (var engine = new HoneEngine(problem, counting, "counted")) {
      Runnable step = engine.prepare(workload);
      step.run();
      launches.clear();
      step.run();
    }
    return launches;
  }

  /** Takes one launch of the same kernel on the same grid away. */
  private static void remove(List<Launch> from, Launch like) {
    for (int i = 0; i < from.size(); i++) {
      Launch launch = from.get(i);
      if (name(launch).equals(name(like)) && launch.grid().equals(like.grid())) {
        from.remove(i);
        return;
      }
    }
  }

  private static String name(Launch launch) {
    return launch.entry().module() + " " + launch.entry().name();
  }

  private static List<KernelCost> costs(List<Launch> launches) {
    var byEntry = new LinkedHashMap<String, List<Launch>>();
    for (Launch launch : launches) {
      PtxEntry entry = launch.entry();
      byEntry
          .computeIfAbsent(entry.module() + " " + entry.name(), e -> new ArrayList<>())
          .add(launch);
    }
    var registers = new HashMap<String, Map<String, Integer>>();
    return byEntry.values().stream()
        .map(same -> cost(same, registers))
        .sorted(Comparator.comparingLong((KernelCost k) -> k.counters().globalSectors()).reversed())
        .toList();
  }

  private static KernelCost cost(List<Launch> same, Map<String, Map<String, Integer>> registers) {
    Launch largest =
        same.stream().max(Comparator.comparingInt(l -> l.grid().threadsPerBlock())).orElseThrow();
    PtxEntry entry = largest.entry();
    Map<String, Integer> ofFamily = Map.of();
    if (PtxAssembler.obstacle().isEmpty()) {
      ofFamily =
          registers.computeIfAbsent(entry.module(), family -> PtxAssembler.registers(family, SM));
    }
    return new KernelCost(
        entry.module(),
        entry.name(),
        same.size(),
        same.stream().map(Launch::counters).reduce(Counters.NONE, Counters::plus),
        ofFamily.getOrDefault(entry.name(), 0),
        largest.grid().threadsPerBlock(),
        entry.sharedBytes() + largest.dynamicSharedBytes());
  }

  /** Launches of all kernels. */
  public int launches() {
    return kernels.stream().mapToInt(KernelCost::launches).sum();
  }

  /** What all kernels do. */
  public Counters total() {
    return kernels.stream().map(KernelCost::counters).reduce(Counters.NONE, Counters::plus);
  }

  /** An estimate, see {@link GpuModel#seconds}; the launches themselves are not in it. */
  public double seconds(GpuModel gpu) {
    return kernels.stream().mapToDouble(k -> gpu.seconds(k.counters())).sum();
  }
}
