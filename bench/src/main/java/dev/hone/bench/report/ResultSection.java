package dev.hone.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table of arms: one column per arm, so that two arms fit a phone. */
record ResultSection(Run run) {

  void write(Html html) {
    html.open("section").leaf("h2", "Result on the test split");
    whiskers(html);
    html.open("div", "class", "scroll").open("table", "class", "arms");
    html.open("thead").open("tr").leaf("td", "");
    for (int i = 0; i < run.arms().size(); i++) {
      html.open("th", "scope", "col");
      html.empty("span", "class", "dot arm" + i % 6).text(run.arms().get(i).name()).close();
    }
    html.close().close().open("tbody");
    rows(html);
    html.close().close().close();
    html.leaf(
        "p",
        "Intervals are 95\u00a0%: Wilson's for one seed (which test images were drawn), Student's over"
            + " the seeds for several (what another seed may do).",
        "class",
        "note");
    comparisons(html);
    html.close();
  }

  private void rows(Html html) {
    row(html, "Accuracy", arm -> Numbers.percent(arm.accuracy()));
    row(html, "95\u00a0% interval", arm -> Numbers.percent(interval(arm)));
    row(html, "Right / images", arm -> perSeed(arm, ResultSection::counts));
    row(html, "Top-5", ResultSection::topFive);
    row(
        html,
        "Macro-F1",
        arm -> Numbers.percent(arm.mean(s -> s.test().predictions().confusion().macroF1())));
    row(html, "Cross-entropy", arm -> Numbers.plain(arm.mean(s -> s.test().meanCrossEntropy())));
    row(html, "Seeds", arm -> perSeed(arm, seed -> "" + seed.seed()));
    row(
        html,
        several() ? "Mean training time" : "Training time",
        arm -> Numbers.seconds(arm.mean(SeedRun::seconds)));
    row(html, "Time per step", arm -> Numbers.seconds(arm.secondsPerStep()));
    row(html, "Cost of a step", arm -> Numbers.factor(arm.costRelativeTo(run.reference())));
  }

  private void row(Html html, String name, Function<Arm, String> figure) {
    html.open("tr").leaf("th", name, "scope", "row");
    run.arms().forEach(arm -> html.leaf("td", figure.apply(arm)));
    html.close();
  }

  private static Interval interval(Arm arm) {
    if (arm.seeds().size() > 1) {
      return Interval.ofMean(
          arm.seeds().stream().mapToDouble(s -> s.test().predictions().accuracy()).toArray());
    }
    Predictions predictions = arm.seeds().getFirst().test().predictions();
    return Interval.wilson(predictions.correct(), predictions.size());
  }

  private static String counts(SeedRun seed) {
    Predictions p = seed.test().predictions();
    return Numbers.count(p.correct()) + " / " + Numbers.count(p.size());
  }

  private static String topFive(Arm arm) {
    // With five classes or fewer it would be 100 % by definition.
    return arm.seeds().getFirst().test().predictions().classes() <= 5
        ? "–"
        : Numbers.percent(arm.mean(seed -> seed.test().topFiveAccuracy()));
  }

  private static String perSeed(Arm arm, Function<SeedRun, String> figure) {
    return arm.seeds().stream().map(figure).collect(Collectors.joining("\n"));
  }

  /** Accuracy and its interval for each arm on one scale. */
  private void whiskers(Html html) {
    List<Interval> intervals = run.arms().stream().map(ResultSection::interval).toList();
    double low = 1;
    double high = 0;
    for (Interval interval : intervals) {
      low = Double.isFinite(interval.low()) ? Math.min(low, interval.low()) : low;
      high = Double.isFinite(interval.high()) ? Math.max(high, interval.high()) : high;
    }
    if (low > high) {
      return;
    }
    // At least four points wide, so that noise is not blown up to fill the picture.
    double margin = Math.max(0.01, (0.04 - (high - low)) / 2);
    double from = Math.max(0, low - margin);
    double span = Math.min(1, high + margin) - from;
    html.open("div", "class", "whiskers");
    for (int i = 0; i < run.arms().size(); i++) {
      Arm arm = run.arms().get(i);
      html.leaf("span", arm.name(), "class", "name");
      html.open("span", "class", "track", "aria-hidden", "true");
      Interval interval = intervals.get(i);
      if (Double.isFinite(interval.low())) {
        String left = css((interval.low() - from) / span);
        String width = css((interval.high() - interval.low()) / span);
        html.empty("i", "class", "arm" + i % 6, "style", "left:" + left + ";width:" + width);
      }
      if (Double.isFinite(arm.accuracy())) {
        String at = css(Math.clamp((arm.accuracy() - from) / span, 0, 1));
        html.empty("b", "class", "arm" + i % 6, "style", "left:" + at);
      }
      html.close();
      html.leaf("span", Numbers.percent(arm.accuracy()), "class", "value");
    }
    html.close();
  }

  private static String css(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private boolean several() {
    return run.arms().stream().anyMatch(arm -> arm.seeds().size() > 1);
  }

  private void comparisons(Html html) {
    List<ArmComparison> all =
        ArmComparison.ofAll(run).stream().filter(c -> !c.pairs().isEmpty()).toList();
    if (all.isEmpty()) {
      return;
    }
    String reference = run.reference().name();
    html.leaf("h3", "Against " + reference + ", image by image");
    html.open("div", "class", "scroll").open("table", "class", "numbers pairs");
    html.open("thead").open("tr").leaf("td", "");
    for (ArmComparison c : all) {
      c.seeds().forEach(s -> html.leaf("th", c.arm().name() + ", seed " + s, "scope", "col"));
    }
    html.close().close().open("tbody");
    List<PairedComparison> pairs = all.stream().flatMap(c -> c.pairs().stream()).toList();
    pairRow(html, pairs, "Right in both", p -> Numbers.count(p.bothRight()));
    pairRow(html, pairs, "Right only in " + reference, p -> Numbers.count(p.onlyFirst()));
    pairRow(html, pairs, "Right only in this arm", p -> Numbers.count(p.onlySecond()));
    pairRow(html, pairs, "Wrong in both", p -> Numbers.count(p.bothWrong()));
    pairRow(html, pairs, "Difference, points", p -> Numbers.points(p.difference()));
    pairRow(html, pairs, "95\u00a0% interval, points", p -> Numbers.points(p.interval()));
    pairRow(html, pairs, "McNemar's exact test, p", p -> Numbers.p(p.pValue()));
    html.close().close().close();
  }

  /** One figure of every comparison. */
  private static void pairRow(
      Html html,
      List<PairedComparison> pairs,
      String name,
      Function<PairedComparison, String> figure) {
    html.open("tr").leaf("th", name, "scope", "row");
    pairs.forEach(pair -> html.leaf("td", figure.apply(pair)));
    html.close();
  }
}
