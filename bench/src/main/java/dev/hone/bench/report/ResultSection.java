package dev.hone.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToIntFunction;
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
        "Intervals are 95\u00a0%: "
            + (run.measure() == Measure.ACCURACY ? "Wilson's" : "Student's over the images")
            + " for one seed (which test images were drawn), Student's over the seeds for several"
            + " (what another seed may do).",
        "class",
        "note");
    comparisons(html);
    html.close();
  }

  private void rows(Html html) {
    row(html, run.measure().title(), arm -> run.measure().value(arm.score()));
    row(html, "95\u00a0% interval", arm -> run.measure().value(interval(arm)));
    switch (run.measure()) {
      case ACCURACY -> classification(html);
      case SSIM -> generation(html);
    }
    row(html, "Seeds", arm -> perSeed(arm, seed -> "" + seed.seed()));
    row(
        html,
        several() ? "Mean training time" : "Training time",
        arm -> Numbers.seconds(arm.mean(SeedRun::seconds)));
    row(html, "Time per step", arm -> Numbers.seconds(arm.secondsPerStep()));
    row(html, "Cost of a step", arm -> Numbers.factor(arm.costRelativeTo(run.reference())));
  }

  private void classification(Html html) {
    row(
        html,
        "Right / images",
        arm ->
            arm.results(ClassificationResult.class).stream()
                .map(ResultSection::counts)
                .collect(Collectors.joining("\n")));
    row(html, "Top-5", ResultSection::topFive);
    row(
        html,
        "Macro-F1",
        arm ->
            Numbers.percent(
                arm.mean(ClassificationResult.class, r -> r.predictions().confusion().macroF1())));
    row(
        html,
        "Cross-entropy",
        arm ->
            Numbers.plain(
                arm.mean(ClassificationResult.class, ClassificationResult::meanCrossEntropy)));
  }

  private void generation(Html html) {
    var type = GenerationResult.class;
    int scales = run.reference().results(type).getFirst().scales();
    row(html, "Test images", arm -> Numbers.count(arm.results(type).getFirst().images()));
    row(
        html,
        "MS-SSIM, " + Verdict.plural(scales, "scale"),
        arm -> Numbers.fixed(arm.mean(type, GenerationResult::multiScaleSsim)));
    row(html, "PSNR", arm -> Numbers.plain(arm.mean(type, GenerationResult::psnr)) + "\u00a0dB");
    row(html, "−ELBO, nats", arm -> Numbers.plain(arm.mean(type, GenerationResult::negativeElbo)));
    row(
        html,
        "−log p(x|z)",
        arm -> Numbers.plain(arm.mean(type, GenerationResult::reconstruction)));
    row(html, "KL", arm -> Numbers.plain(arm.mean(type, GenerationResult::divergence)));
    distance(html, GenerationResult::fid);
    distance(html, GenerationResult::distance);
  }

  private void distance(Html html, Function<GenerationResult, Distance> which) {
    var type = GenerationResult.class;
    Distance distance = which.apply(run.reference().results(type).getFirst());
    row(
        html,
        distance.name()
            + (distance.isComputed() ? ", N = " + Numbers.count(distance.images()) : ""),
        arm ->
            distance.isComputed()
                ? Numbers.plain(arm.mean(type, r -> which.apply(r).value()))
                : "not computed");
  }

  private void row(Html html, String name, Function<Arm, String> figure) {
    html.open("tr").leaf("th", name, "scope", "row");
    run.arms().forEach(arm -> html.leaf("td", figure.apply(arm)));
    html.close();
  }

  private static Interval interval(Arm arm) {
    if (arm.seeds().size() > 1) {
      return Interval.ofMean(arm.seeds().stream().mapToDouble(s -> s.test().score()).toArray());
    }
    return arm.seeds().getFirst().test().interval();
  }

  private static String counts(ClassificationResult result) {
    Predictions p = result.predictions();
    return Numbers.count(p.correct()) + " / " + Numbers.count(p.size());
  }

  private static String topFive(Arm arm) {
    // With five classes or fewer it would be 100 % by definition.
    return arm.results(ClassificationResult.class).getFirst().predictions().classes() <= 5
        ? "–"
        : Numbers.percent(
            arm.mean(ClassificationResult.class, ClassificationResult::topFiveAccuracy));
  }

  private static String perSeed(Arm arm, Function<SeedRun, String> figure) {
    return arm.seeds().stream().map(figure).collect(Collectors.joining("\n"));
  }

  /** The score and its interval for each arm on one scale. */
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
    // At least so wide that noise is not blown up to fill the picture.
    double least = run.measure().leastSpan();
    double margin = Math.max(least / 4, (least - (high - low)) / 2);
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
      if (Double.isFinite(arm.score())) {
        String at = css(Math.clamp((arm.score() - from) / span, 0, 1));
        html.empty("b", "class", "arm" + i % 6, "style", "left:" + at);
      }
      html.close();
      html.leaf("span", run.measure().value(arm.score()), "class", "value");
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
    List<Comparison> pairs = all.stream().flatMap(c -> c.pairs().stream()).toList();
    switch (run.measure()) {
      case ACCURACY -> {
        pairRow(html, of(PairedComparison.class, pairs), "Right in both", p -> p.bothRight());
        pairRow(
            html,
            of(PairedComparison.class, pairs),
            "Right only in " + reference,
            p -> p.onlyFirst());
        pairRow(
            html, of(PairedComparison.class, pairs), "Right only in this arm", p -> p.onlySecond());
        pairRow(html, of(PairedComparison.class, pairs), "Wrong in both", p -> p.bothWrong());
      }
      case SSIM -> {
        pairRow(html, of(PairedScores.class, pairs), "Better in " + reference, p -> p.worse());
        pairRow(html, of(PairedScores.class, pairs), "Better in this arm", p -> p.better());
      }
    }
    Measure m = run.measure();
    String unit = m == Measure.ACCURACY ? ", points" : "";
    textRow(html, pairs, "Difference" + unit, p -> m.difference(p.difference()));
    textRow(html, pairs, "95\u00a0% interval" + unit, p -> m.difference(p.interval()));
    textRow(html, pairs, m.test() + ", p", p -> Numbers.p(p.pValue()));
    html.close().close().close();
  }

  private static <C extends Comparison> List<C> of(Class<C> type, List<Comparison> pairs) {
    return pairs.stream().map(type::cast).toList();
  }

  /** A count of every comparison. */
  private static <C extends Comparison> void pairRow(
      Html html, List<C> pairs, String name, ToIntFunction<C> count) {
    textRow(html, pairs, name, p -> Numbers.count(count.applyAsInt(p)));
  }

  /** One figure of every comparison. */
  private static <C extends Comparison> void textRow(
      Html html, List<C> pairs, String name, Function<C, String> figure) {
    html.open("tr").leaf("th", name, "scope", "row");
    pairs.forEach(pair -> html.leaf("td", figure.apply(pair)));
    html.close();
  }
}
