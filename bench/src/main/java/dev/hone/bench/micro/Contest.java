package dev.hone.bench.micro;

import java.util.List;

/**
 * Hone and a peer on the same workload, both timed in turn in one process.
 *
 * @param verdict how far their results lie apart
 * @param hone milliseconds of each run
 * @param peer milliseconds of the run right after it
 */
public record Contest(
    Workload workload, Setting setting, Referee.Verdict verdict, Samples hone, Samples peer) {

  /** How often the peer is slower than Hone, pair by pair. */
  public Samples ratio() {
    return peer.over(hone);
  }

  /** Times one workload on both. */
  static Contest run(
      Workload workload,
      Setting setting,
      Referee.Verdict verdict,
      Runnable hone,
      Runnable peer,
      Stopwatch watch) {
    List<Samples> both = watch.inTurn(hone, peer);
    return new Contest(workload, setting, verdict, both.getFirst(), both.getLast());
  }
}
