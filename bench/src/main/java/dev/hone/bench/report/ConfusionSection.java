package dev.hone.bench.report;

import dev.hone.nn.metric.ConfusionMatrix;
import java.awt.image.BufferedImage;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The confusion matrices: tables with counts while they are legible, beyond that one small picture.
 */
record ConfusionSection(Run run) {
  /** More columns than this do not fit a phone. */
  private static final int LARGEST_TABLE = 12;

  private static final int RIGHT = 0x2f6fb0;
  private static final int WRONG = 0xd1495b;

  void write(Html html) {
    html.open("section").leaf("h2", "Confusion matrices");
    html.leaf(
        "p",
        "Rows are the true classes, columns the predicted ones. Blue is right, red is wrong; the"
            + " deeper, the larger the share of its row.",
        "class",
        "note");
    html.open("div", "class", "matrices");
    run.arms().forEach(arm -> matrix(html, arm));
    html.close().close();
  }

  private void matrix(Html html, Arm arm) {
    ConfusionMatrix matrix = allSeeds(arm);
    html.open("div", "class", "matrix");
    html.leaf("h3", arm.name() + (arm.seeds().size() > 1 ? ", all seeds added up" : ""));
    if (matrix.total() == 0) {
      html.leaf("p", "No test images.", "class", "nodata").close();
      return;
    }
    if (matrix.classes() <= LARGEST_TABLE) {
      table(html, matrix);
    } else {
      picture(html, matrix, arm);
    }
    top(html, matrix);
    html.close();
  }

  private static ConfusionMatrix allSeeds(Arm arm) {
    List<ClassificationResult> results = arm.results(ClassificationResult.class);
    var sum = new ConfusionMatrix(results.getFirst().predictions().classes());
    results.forEach(result -> sum.add(result.predictions().confusion()));
    return sum;
  }

  private void table(Html html, ConfusionMatrix matrix) {
    html.open("table", "class", "confusion").open("thead").open("tr");
    html.open("td").leaf("span", "true \\ predicted", "class", "hide").close();
    for (int c = 0; c < matrix.classes(); c++) {
      html.leaf("th", "" + c, "scope", "col", "title", name(c));
    }
    html.close().close().open("tbody");
    for (int row = 0; row < matrix.classes(); row++) {
      html.open("tr");
      html.open("th", "scope", "row", "title", name(row)).leaf("b", "" + row);
      html.text(" " + name(row)).close();
      for (int column = 0; column < matrix.classes(); column++) {
        cell(html, matrix, row, column);
      }
      html.close();
    }
    html.close().close();
  }

  private void cell(Html html, ConfusionMatrix matrix, int row, int column) {
    long count = matrix.count(row, column);
    // The root keeps rare confusions visible beside the diagonal.
    String depth =
        String.format(Locale.ROOT, "--d:%.0f%%", 90 * Math.sqrt(matrix.share(row, column)));
    String kind = (row == column ? "right" : "wrong") + (count == 0 ? " none" : "");
    html.leaf("td", "" + count, "class", kind, "style", depth);
  }

  private void picture(Html html, ConfusionMatrix matrix, Arm arm) {
    String alt =
        "Confusion matrix of %s, %d by %d classes, as a heat map; %s of %s on the diagonal"
            .formatted(
                arm.name(),
                matrix.classes(),
                matrix.classes(),
                Numbers.count(matrix.correct()),
                Numbers.count(matrix.total()));
    html.open("figure", "class", "heat");
    html.empty("img", "src", Picture.dataUri(heat(matrix)), "alt", alt, "class", "pixels");
    html.leaf(
        "figcaption",
        "True class downwards, predicted class to the right, 0 to %d in label order."
            .formatted(matrix.classes() - 1));
    html.close();
    html.open("details").leaf("summary", "Classes by share recognised, worst first");
    html.open("ol", "class", "recall");
    IntStream.range(0, matrix.classes())
        .boxed()
        .sorted(Comparator.comparingDouble(c -> matrix.share(c, c)))
        .forEach(c ->
            html.leaf(
                "li",
                "%s: %s of %s"
                    .formatted(
                        name(c),
                        Numbers.count(matrix.count(c, c)),
                        Numbers.count(matrix.actual(c)))));
    html.close().close();
  }

  /** One pixel per cell, transparent where nothing is, so that it fits light and dark pages. */
  static BufferedImage heat(ConfusionMatrix matrix) {
    int n = matrix.classes();
    BufferedImage image = new BufferedImage(n, n, BufferedImage.TYPE_INT_ARGB);
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        // Even a single image is worth a visible dot among thousands of empty cells.
        double depth =
            matrix.count(row, column) == 0 ? 0 : 0.25 + 0.75 * Math.sqrt(matrix.share(row, column));
        int alpha = (int) Math.round(255 * depth);
        image.setRGB(column, row, alpha << 24 | (row == column ? RIGHT : WRONG));
      }
    }
    return image;
  }

  private void top(Html html, ConfusionMatrix matrix) {
    List<ConfusionMatrix.Confusion> top = matrix.top(matrix.classes() <= LARGEST_TABLE ? 5 : 12);
    if (top.isEmpty()) {
      html.leaf("p", "No confusions.", "class", "nodata");
      return;
    }
    html.leaf("h4", "Most frequent confusions").open("ul", "class", "top");
    for (ConfusionMatrix.Confusion c : top) {
      html.open("li").text(name(c.actual())).leaf("span", " taken for ", "class", "soft");
      html.text(name(c.predicted()));
      html.leaf("b", " " + Numbers.count(c.count()));
      html.leaf("span", " of " + Numbers.count(matrix.actual(c.actual())), "class", "soft").close();
    }
    html.close();
  }

  private String name(int label) {
    List<String> names = run.data().classNames();
    return label < names.size() ? names.get(label) : "class " + label;
  }
}
