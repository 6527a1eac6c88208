package dev.hone.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * An arm against the reference, seed by seed.
 *
 * @param pairs one comparison per seed that both arms have, in the arm's order
 * @param seeds those seeds
 */
record ArmComparison(Arm reference, Arm arm, List<Long> seeds, List<Comparison> pairs) {

  static ArmComparison of(Arm reference, Arm arm) {
    List<Long> seeds = new ArrayList<>();
    List<Comparison> pairs = new ArrayList<>();
    for (SeedRun run : arm.seeds()) {
      for (SeedRun base : reference.seeds()) {
        if (base.seed() == run.seed()) {
          seeds.add(run.seed());
          pairs.add(run.test().against(base.test()));
        }
      }
    }
    return new ArmComparison(reference, arm, List.copyOf(seeds), List.copyOf(pairs));
  }

  /** All comparisons of a run with its reference. */
  static List<ArmComparison> ofAll(Run run) {
    return run.arms().stream().skip(1).map(arm -> of(run.reference(), arm)).toList();
  }

  /** Mean difference in score over the common seeds; NaN without one. */
  double difference() {
    return pairs.isEmpty()
        ? Double.NaN
        : pairs.stream().mapToDouble(Comparison::difference).sum() / pairs.size();
  }

  /**
   * 95 % interval of the difference. Over several seeds it is Student's over their differences, and
   * so covers what another seed may do; with one seed it covers the choice of test images only.
   */
  Interval interval() {
    return pairs.size() == 1
        ? pairs.getFirst().interval()
        : Interval.ofMean(pairs.stream().mapToDouble(Comparison::difference).toArray());
  }

  /** Whether the difference is more than chance explains, as far as these seeds can tell. */
  boolean differs() {
    return pairs.size() == 1 ? pairs.getFirst().pValue() < 0.05 : interval().excludesZero();
  }

  double cost() {
    return arm.costRelativeTo(reference);
  }
}
