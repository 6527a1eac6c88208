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
    accuracy().write(html);
    loss().write(html);
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
        new ArrayList<>(lines(run.data().curveSplit(), "solid", e -> 100 * e.evaluationAccuracy()));
    lines.addAll(lines("train", "dashed", e -> 100 * e.trainAccuracy()));
    return new LineChart("Accuracy", " %", FREE, lines);
  }

  private LineChart loss() {
    List<LineChart.Line> lines =
        new ArrayList<>(lines(run.data().curveSplit(), "solid", EpochRecord::evaluationLoss));
    lines.addAll(lines("train", "dashed", EpochRecord::taskLoss));
    return new LineChart("Task loss (cross-entropy)", "", FREE, lines);
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
    String split = run.data().curveSplit();
    html.open("div", "class", "scroll").open("table", "class", "numbers");
    html.open("thead").open("tr");
    for (String head :
        List.of(
            "epoch",
            "a(e)",
            "rate",
            "task loss",
            "distil. loss",
            "train acc.",
            split + " loss",
            split + " acc.",
            "images/s",
            "time")) {
      html.leaf("th", head, "scope", "col");
    }
    html.close().close().open("tbody");
    for (EpochRecord e : epochs) {
      html.open("tr").leaf("th", "" + e.epoch(), "scope", "row");
      for (double value :
          new double[] {e.a(), e.learningRate(), e.taskLoss(), e.distillationLoss()}) {
        html.leaf("td", Numbers.plain(value));
      }
      html.leaf("td", Numbers.percent(e.trainAccuracy()));
      html.leaf("td", Numbers.plain(e.evaluationLoss()));
      html.leaf("td", Numbers.percent(e.evaluationAccuracy()));
      html.leaf("td", Numbers.plain(e.imagesPerSecond()));
      html.leaf("td", Numbers.seconds(e.seconds())).close();
    }
    html.close().close().close();
  }
}
