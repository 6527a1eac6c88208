package dev.hone.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What came out, in plain words, and whether it means anything.
 *
 * @param headline one short sentence
 * @param sentences what was trained, what came out, how sure that is, what it cost
 */
public record Verdict(String headline, List<String> sentences) {

  /** The verdict on a run. */
  public static Verdict of(Run run) {
    List<ArmComparison> comparisons = ArmComparison.ofAll(run);
    List<String> sentences = new ArrayList<>();
    sentences.add(trained(run));
    if (testImages(run) > 0) {
      sentences.add(outcome(run));
      comparisons.forEach(comparison -> sentences.add(meaning(run.measure(), comparison)));
      distance(run, GenerationResult::fid).ifPresent(sentences::add);
      distance(run, GenerationResult::distance).ifPresent(sentences::add);
      helped(run, comparisons).ifPresent(sentences::add);
    }
    if (comparisons.size() > 1) {
      sentences.add(
          "The intervals and tests are not corrected for making %d comparisons at once."
              .formatted(comparisons.size()));
    }
    sentences.add(seeds(run));
    cost(comparisons).ifPresent(sentences::add);
    return new Verdict(headline(run, comparisons), List.copyOf(sentences));
  }

  private static String headline(Run run, List<ArmComparison> comparisons) {
    if (testImages(run) == 0) {
      return "No test image was evaluated, so there is no result";
    }
    return switch (comparisons.size()) {
      case 0 -> run.measure().alone(run.reference().name(), run.reference().score());
      case 1 -> headline(run.measure(), comparisons.getFirst());
      default -> headline(run.measure(), comparisons);
    };
  }

  private static String headline(Measure measure, ArmComparison c) {
    if (c.pairs().isEmpty()) {
      return "%s and %s share no seed, so they cannot be compared"
          .formatted(c.arm().name(), c.reference().name());
    }
    if (!c.differs()) {
      return "No difference between %s (%s) and %s (%s) that this run can show"
          .formatted(
              c.arm().name(),
              measure.value(c.arm().score()),
              c.reference().name(),
              measure.value(c.reference().score()));
    }
    return "%s is %s%s %s %s%s"
        .formatted(
            c.arm().name(),
            measure.difference(Math.abs(c.difference())).replace("+", ""),
            measure.unit(),
            c.difference() > 0 ? "above" : "below",
            c.reference().name(),
            c.pairs().size() == 1
                ? " with this one seed, which settles nothing"
                : " over %d seeds".formatted(c.pairs().size()));
  }

  private static String headline(Measure measure, List<ArmComparison> comparisons) {
    String reference = comparisons.getFirst().reference().name();
    String differing =
        comparisons.stream()
            .filter(ArmComparison::differs)
            .map(c ->
                "%s (%s%s)"
                    .formatted(c.arm().name(), measure.difference(c.difference()), measure.unit()))
            .collect(Collectors.joining(", "));
    return differing.isEmpty()
        ? "None of %d arms differs from %s as far as this run can show"
            .formatted(comparisons.size(), reference)
        : "Of %d arms, these differ from %s: %s"
            .formatted(comparisons.size(), reference, differing);
  }

  private static String trained(Run run) {
    int epochs = run.reference().seeds().getFirst().epochs().size();
    String arms =
        run.arms().stream()
            .map(arm -> arm.name() + " (" + arm.description() + ")")
            .collect(Collectors.joining("; "));
    return "%s, %s parameters, was trained on %s for %s: %s."
        .formatted(
            run.model().name(),
            Numbers.count(run.model().parameters()),
            run.data().name(),
            plural(epochs, "epoch"),
            arms);
  }

  private static String outcome(Run run) {
    String results =
        run.arms().stream()
            .map(arm -> run.measure().said(arm.name(), arm.score()))
            .collect(Collectors.joining(", "));
    return "Of %s, %s.".formatted(plural(testImages(run), "test image"), results);
  }

  private static String meaning(Measure measure, ArmComparison c) {
    String arm = c.arm().name();
    String reference = c.reference().name();
    return switch (c.pairs().size()) {
      case 0 -> "%s and %s have no seed in common.".formatted(arm, reference);
      case 1 -> meaningOfOneSeed(measure, c.pairs().getFirst(), arm, reference, c.differs());
      default ->
          "Over %d seeds %s differs from %s by %s%s on average (95\u00a0%% interval %s): %s."
              .formatted(
                  c.pairs().size(),
                  arm,
                  reference,
                  measure.difference(c.difference()),
                  measure.unit(),
                  measure.difference(c.interval()),
                  c.differs()
                      ? "more than the seeds' own scatter explains"
                      : "no more than the seeds' own scatter explains");
    };
  }

  private static String meaningOfOneSeed(
      Measure measure, Comparison pair, String arm, String reference, boolean differs) {
    return "%s against %s: %s%s, %s than the choice of test images explains (95\u00a0%% interval"
            .formatted(
                arm,
                reference,
                measure.difference(pair.difference()),
                measure.unit(),
                differs ? "more" : "no more")
        + " %s; %s, %s p %s)."
            .formatted(
                measure.difference(pair.interval()),
                imageByImage(pair),
                measure.test(),
                pair.pValue() < 0.001 ? "<\u00a00.001" : "=\u00a0" + Numbers.p(pair.pValue()));
  }

  private static String imageByImage(Comparison pair) {
    return switch (pair) {
      case PairedComparison c ->
          "they disagree about " + plural(c.onlyFirst() + c.onlySecond(), "image");
      case PairedScores c ->
          "better on %s of %s".formatted(Numbers.count(c.better()), plural(c.total(), "image"));
    };
  }

  /** How far the arms' samples are from real images. */
  private static Optional<String> distance(Run run, Function<GenerationResult, Distance> which) {
    if (run.measure() != Measure.SSIM) {
      return Optional.empty();
    }
    Distance first = which.apply(run.reference().results(GenerationResult.class).getFirst());
    if (!first.isComputed()) {
      return Optional.of(first.name() + " " + first.note() + ".");
    }
    String values =
        run.arms().stream()
            .map(arm ->
                "%s %s"
                    .formatted(
                        arm.name(),
                        Numbers.plain(
                            arm.mean(GenerationResult.class, r -> which.apply(r).value()))))
            .collect(Collectors.joining(", "));
    return Optional.of(
        "Samples against real images, lower is better: %s of %s each: %s (%s)."
            .formatted(first.name(), plural(first.images(), "image"), values, first.note()));
  }

  /** Of a generative model, whether the method was worth it, in one word. */
  private static Optional<String> helped(Run run, List<ArmComparison> comparisons) {
    if (run.measure() != Measure.SSIM || comparisons.size() != 1) {
      return Optional.empty();
    }
    ArmComparison c = comparisons.getFirst();
    String arm = c.arm().name();
    return Optional.of(
        !c.differs()
            ? "As far as this run can show, %s neither helped nor hurt.".formatted(arm)
            : c.difference() > 0
                ? "By SSIM, %s helped here.".formatted(arm)
                : "By SSIM, %s did not help here: it hurt.".formatted(arm));
  }

  private static String seeds(Run run) {
    int fewest = run.arms().stream().mapToInt(arm -> arm.seeds().size()).min().orElse(0);
    if (fewest == 1) {
      return "Single seed: one seed settles nothing. Another seed alone can move an accuracy by a"
          + " point or more, and no interval shown here covers that; train at least three seeds"
          + " before believing a difference of either sign.";
    }
    return fewest == 2
        ? "Two seeds give only a rough idea of the scatter between seeds; three or more are better."
        : "%d seeds per arm; intervals of means cover the scatter between seeds.".formatted(fewest);
  }

  private static Optional<String> cost(List<ArmComparison> comparisons) {
    List<ArmComparison> timed =
        comparisons.stream().filter(c -> Double.isFinite(c.cost())).toList();
    if (timed.isEmpty()) {
      return Optional.empty();
    }
    String reference = timed.getFirst().reference().name();
    String costs =
        timed.stream()
            .map(c -> "%s takes %s".formatted(c.arm().name(), Numbers.factor(c.cost())))
            .collect(Collectors.joining(", "));
    String unequal =
        timed.stream().anyMatch(c -> c.cost() >= 1.2)
            ? " The comparison is at equal epochs, so %s had less compute.".formatted(reference)
            : "";
    return Optional.of(
        "A training step of %s the time of one of %s.%s".formatted(costs, reference, unequal));
  }

  private static int testImages(Run run) {
    return run.reference().seeds().getFirst().test().images();
  }

  static String plural(long count, String noun) {
    return Numbers.count(count) + " " + noun + (count == 1 ? "" : "s");
  }
}
