package dev.hone.bench.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One of the methods that a run compares, trained once per seed.
 *
 * @param name a short name, such as {@code baseline} or {@code icp}
 * @param description what it does, in one sentence without the final stop
 * @param seeds one result per seed; the arms of a run should use the same seeds
 */
public record Arm(String name, String description, List<SeedRun> seeds) {

  /** Checks that there is a result and copies the list. */
  public Arm {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("report: arm " + name + " has no result of any seed");
    }
  }

  /** Mean over the seeds of the time of one training step, in seconds. */
  public double secondsPerStep() {
    return mean(SeedRun::secondsPerStep);
  }

  /** Mean over the seeds of the figure by which arms are compared. */
  public double score() {
    return mean(seed -> seed.test().score());
  }

  /** The results of the seeds, all of one type. */
  <T extends TestResult> List<T> results(Class<T> type) {
    return seeds.stream().map(SeedRun::test).map(type::cast).toList();
  }

  /** Mean over the seeds of a figure of a result of one type. */
  <T extends TestResult> double mean(Class<T> type, ToDoubleFunction<T> figure) {
    return results(type).stream().mapToDouble(figure).sum() / seeds.size();
  }

  /** Mean of a figure over the seeds. */
  double mean(ToDoubleFunction<SeedRun> figure) {
    return seeds.stream().mapToDouble(figure).sum() / seeds.size();
  }

  /** Time of a step in units of the reference's; NaN where the reference's was not measured. */
  public double costRelativeTo(Arm reference) {
    double base = reference.secondsPerStep();
    return base > 0 ? secondsPerStep() / base : Double.NaN;
  }
}
