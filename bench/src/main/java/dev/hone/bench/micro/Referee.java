package dev.hone.bench.micro;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Lets Hone and a peer compute the same, compares, and only then times them.
 *
 * <p>Outputs and losses are continuous in an activation, but a gradient is not: where rounding
 * leaves a relu's input just above 0 on one side and below on the other, everything before it
 * changes. In a batch of 128 some of the 24 million do. So gradients are held to a strict bound on
 * a few pairs of images, most of which meet no such kink and one of which must hold it, and to a
 * loose one on the whole batch.
 */
public final class Referee implements AutoCloseable {
  /** How far results may lie apart on a pair of images: rounding through twenty layers. */
  public static final double STRICT = 1e-3;

  /** How far they may lie apart on the whole batch, kinks included. */
  public static final double LOOSE = 3e-2;

  private static final int PAIRS = 5;

  private final Setting setting;
  private final Engine hone;
  private final Engine peer;
  private final List<Engine> honeOnPairs = new ArrayList<>();
  private final List<Engine> peerOnPairs = new ArrayList<>();

  /**
   * How far results lie apart.
   *
   * @param pair on the pair of images where they are closest
   * @param batch on the whole batch
   */
  public record Verdict(Agreement.Difference pair, Agreement.Difference batch) {
    /** What is wrong with it, in words; empty if nothing is. */
    String complaint() {
      if (pair.exceeds(STRICT)) {
        return complaint("two images", pair, STRICT);
      }
      return batch.exceeds(LOOSE) ? complaint("the batch", batch, LOOSE) : "";
    }

    private static String complaint(String images, Agreement.Difference worst, double tolerance) {
      return "on %s the %s differ by %.1e (rounding makes at most %.0e)"
          .formatted(images, worst.name(), worst.relative(), tolerance);
    }
  }

  /** The engines computed different things. */
  public static final class Disagreement extends RuntimeException {
    private static final long serialVersionUID = 1;

    Disagreement(String message) {
      super(message);
    }
  }

  public Referee(
      Problem problem,
      Setting setting,
      Function<Problem, Engine> makeHone,
      Function<Problem, Engine> makePeer) {
    this.setting = setting;
    for (int first = 0; first + 2 <= problem.batch() && first < 2 * PAIRS; first += 2) {
      Problem pair = problem.part(first, 2);
      honeOnPairs.add(makeHone.apply(pair));
      peerOnPairs.add(makePeer.apply(pair));
    }
    hone = makeHone.apply(problem);
    peer = makePeer.apply(problem);
  }

  /** What Hone and the peer say of themselves. */
  public List<String> descriptions() {
    return List.of(hone.description(), peer.description());
  }

  /** Compares and times; throws {@link Disagreement} rather than time what differs. */
  public Contest contest(Workload workload, Stopwatch watch) {
    Verdict verdict = judge(workload);
    if (!verdict.complaint().isEmpty()) {
      throw new Disagreement(
          "%s: the engines disagree, so they are not timed: %s"
              .formatted(workload.name(), verdict.complaint()));
    }
    return Contest.run(
        workload, setting, verdict, hone.prepare(workload), peer.prepare(workload), watch);
  }

  /** Lets both compute {@code workload} and compares; times nothing. */
  Verdict judge(Workload workload) {
    var onPairs = new ArrayList<Agreement.Difference>();
    for (int i = 0; i < honeOnPairs.size(); i++) {
      onPairs.add(worst(honeOnPairs.get(i), peerOnPairs.get(i), withOneStep(workload)));
    }
    var closest =
        onPairs.stream().min(Comparator.comparingDouble(Agreement.Difference::orInfinity));
    Agreement.Difference whole = worst(hone, peer, workload);
    return new Verdict(closest.orElse(whole), whole);
  }

  private static Workload withOneStep(Workload workload) {
    return switch (workload) {
      case Workload.Icp(var rule, var mode, _) -> new Workload.Icp(rule, mode, 1);
      case Workload.Distillation _ -> new Workload.Distillation(1);
      default -> workload;
    };
  }

  private static Agreement.Difference worst(Engine ours, Engine theirs, Workload workload) {
    return Agreement.of(ours.results(workload), theirs.results(workload)).largest();
  }

  @Override
  public void close() {
    honeOnPairs.forEach(Engine::close);
    peerOnPairs.forEach(Engine::close);
    hone.close();
    peer.close();
  }
}
