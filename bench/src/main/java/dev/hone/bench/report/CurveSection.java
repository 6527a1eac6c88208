package dev.hone.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The curves by epoch, and the same figures as tables. */
record CurveSection(Run run) {
  private static final Interval FREE = new Interval(Double.NaN, Double.NaN);

  void write(Html html) {
    html.open("section").leaf("h2", "Curves");
    if (run.arms().stream().anyMatch(arm -> arm.seeds().size() > 1)) {
      html.leaf("p", "Bold: mean over the seeds. Thin: each seed.", "class", "note");
    }
    html.open("div", "class", "charts");
    switch (run.measure()) {
      case ACCURACY -> {
        accuracy().write(html);
        loss().write(html);
      }
      case SSIM -> generation(html);
    }
    if (distils()) {
      new LineChart(
              "Distillation loss", "", FREE, lines("", "solid", EpochRecord::distillationLoss))
          .write(html);
      new LineChart(
              "a(e), weight of the task loss",
              "",
              new Interval(0, 1),
              lines("", "solid", EpochRecord::a))
          .write(html);
    }
    new LineChart(
            "Learning rate", "", new Interval(0, 0), lines("", "solid", EpochRecord::learningRate))
        .write(html);
    new LineChart(
            "Images per second",
            "",
            new Interval(0, 0),
            lines("", "solid", EpochRecord::imagesPerSecond))
        .write(html);
    html.close();
    tables(html);
    html.close();
  }

  private boolean distils() {
    return run.arms().stream()
        .flatMap(arm -> arm.seeds().stream())
        .flatMap(seed -> seed.epochs().stream())
        .anyMatch(epoch -> epoch.a() != 1 || epoch.distillationLoss() != 0);
  }

  private LineChart accuracy() {
    List<LineChart.Line> lines =
        new ArrayList<>(
            lines(
                run.data().curveSplit(),
                "solid",
                of(ClassificationEpoch.class, e -> 100 * e.evaluationAccuracy())));
    lines.addAll(
        lines("train", "dashed", of(ClassificationEpoch.class, e -> 100 * e.trainAccuracy())));
    return new LineChart("Accuracy", " %", FREE, lines);
  }

  private LineChart loss() {
    return split(
        "Task loss (cross-entropy)",
        of(ClassificationEpoch.class, ClassificationEpoch::evaluationLoss),
        EpochRecord::taskLoss);
  }

  private void generation(Html html) {
    var type = GenerationEpoch.class;
    only("SSIM of reconstructions", of(type, GenerationEpoch::evaluationSsim)).write(html);
    only("PSNR of reconstructions, dB", of(type, GenerationEpoch::evaluationPsnr)).write(html);
    split(
            "Reconstruction, −log p(x|z), nats",
            of(type, GenerationEpoch::evaluationReconstruction),
            of(type, GenerationEpoch::reconstruction))
        .write(html);
    split(
            "Divergence, KL(q(z|x) || N(0, 1)), nats",
            of(type, GenerationEpoch::evaluationDivergence),
            of(type, GenerationEpoch::divergence))
        .write(html);
    if (measured(of(type, GenerationEpoch::evaluationDistance))) {
      only(
              "%s, %s".formatted(distanceName(), run.data().curveSplit()),
              of(type, GenerationEpoch::evaluationDistance))
          .write(html);
    }
  }

  private String distanceName() {
    return run.reference().results(GenerationResult.class).getFirst().distance().name();
  }

  private boolean measured(ToDoubleFunction<EpochRecord> figure) {
    return run.arms().stream()
        .flatMap(arm -> arm.seeds().stream())
        .flatMap(seed -> seed.epochs().stream())
        .anyMatch(epoch -> Double.isFinite(figure.applyAsDouble(epoch)));
  }

  /** A figure of one kind of epoch. */
  private static <E extends EpochRecord> ToDoubleFunction<EpochRecord> of(
      Class<E> type, ToDoubleFunction<E> figure) {
    return epoch -> figure.applyAsDouble(type.cast(epoch));
  }

  /** A chart of what is evaluated only. */
  private LineChart only(String title, ToDoubleFunction<EpochRecord> evaluated) {
    return new LineChart(title, "", FREE, lines(run.data().curveSplit(), "solid", evaluated));
  }

  /** A chart of what is both evaluated and seen in training. */
  private LineChart split(
      String title, ToDoubleFunction<EpochRecord> evaluated, ToDoubleFunction<EpochRecord> train) {
    List<LineChart.Line> lines =
        new ArrayList<>(lines(run.data().curveSplit(), "solid", evaluated));
    lines.addAll(lines("train", "dashed", train));
    return new LineChart(title, "", FREE, lines);
  }

  /** One line per arm: the mean over its seeds, and each seed faintly behind it. */
  private List<LineChart.Line> lines(
      String what, String style, ToDoubleFunction<EpochRecord> figure) {
    List<LineChart.Line> faint = new ArrayList<>();
    List<LineChart.Line> means = new ArrayList<>();
    for (int i = 0; i < run.arms().size(); i++) {
      Arm arm = run.arms().get(i);
      TreeMap<Integer, List<Double>> byEpoch = new TreeMap<>();
      for (SeedRun seed : arm.seeds()) {
        List<LineChart.Point> points = new ArrayList<>();
        for (EpochRecord epoch : seed.epochs()) {
          double value = figure.applyAsDouble(epoch);
          points.add(new LineChart.Point(epoch.epoch(), value));
          byEpoch.computeIfAbsent(epoch.epoch(), e -> new ArrayList<>()).add(value);
        }
        if (arm.seeds().size() > 1) {
          faint.add(new LineChart.Line(arm.name(), what, i, "faint", points));
        }
      }
      means.add(new LineChart.Line(arm.name(), what, i, style, means(byEpoch)));
    }
    faint.addAll(means);
    return faint;
  }

  private static List<LineChart.Point> means(TreeMap<Integer, List<Double>> byEpoch) {
    List<LineChart.Point> points = new ArrayList<>();
    byEpoch.forEach((epoch, values) ->
        points.add(
            new LineChart.Point(
                epoch, values.stream().mapToDouble(Double::doubleValue).sum() / values.size())));
    return points;
  }

  private void tables(Html html) {
    html.open("details").leaf("summary", "The same figures as tables");
    for (Arm arm : run.arms()) {
      for (SeedRun seed : arm.seeds()) {
        html.leaf("h3", arm.name() + ", seed " + seed.seed());
        table(html, seed.epochs());
      }
    }
    html.close();
  }

  private void table(Html html, List<EpochRecord> epochs) {
    html.open("div", "class", "scroll").open("table", "class", "numbers");
    html.open("thead").open("tr");
    for (String head : List.of("epoch", "a(e)", "rate", "task loss", "distil. loss")) {
      html.leaf("th", head, "scope", "col");
    }
    heads(run.data().curveSplit()).forEach(head -> html.leaf("th", head, "scope", "col"));
    for (String head : List.of("images/s", "time")) {
      html.leaf("th", head, "scope", "col");
    }
    html.close().close().open("tbody");
    for (EpochRecord e : epochs) {
      html.open("tr").leaf("th", "" + e.epoch(), "scope", "row");
      for (double value :
          new double[] {e.a(), e.learningRate(), e.taskLoss(), e.distillationLoss()}) {
        html.leaf("td", Numbers.plain(value));
      }
      figures(e).forEach(figure -> html.leaf("td", figure));
      html.leaf("td", Numbers.plain(e.imagesPerSecond()));
      html.leaf("td", Numbers.seconds(e.seconds())).close();
    }
    html.close().close().close();
  }

  private List<String> heads(String split) {
    return switch (run.measure()) {
      case ACCURACY -> List.of("train acc.", split + " loss", split + " acc.");
      case SSIM ->
          List.of("beta", "train rec.", "train KL", split + " rec.", "KL", "SSIM", "PSNR", "dist.");
    };
  }

  private static List<String> figures(EpochRecord epoch) {
    return switch (epoch) {
      case ClassificationEpoch e ->
          List.of(
              Numbers.percent(e.trainAccuracy()),
              Numbers.plain(e.evaluationLoss()),
              Numbers.percent(e.evaluationAccuracy()));
      case GenerationEpoch e ->
          List.of(
              Numbers.plain(e.beta()),
              Numbers.plain(e.reconstruction()),
              Numbers.plain(e.divergence()),
              Numbers.plain(e.evaluationReconstruction()),
              Numbers.plain(e.evaluationDivergence()),
              Numbers.fixed(e.evaluationSsim()),
              Numbers.plain(e.evaluationPsnr()),
              Numbers.plain(e.evaluationDistance()));
    };
  }
}
