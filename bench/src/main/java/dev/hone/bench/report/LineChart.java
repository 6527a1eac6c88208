package dev.hone.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A line chart as inline SVG. Drawn by hand rather than by XChart: XChart fixes colours and font
 * size in the picture, while this one takes both from the page's style sheet, so it follows dark
 * mode and print and its text stays legible when a phone shows it at its full width.
 *
 * @param unit written behind the labels of the value axis, such as {@code %}
 * @param bounds the value axis shows at least this range; NaN ends leave it to the data
 */
record LineChart(String title, String unit, Interval bounds, List<Line> lines) {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 240;
  private static final int LEFT = 54;
  private static final int RIGHT = 10;
  private static final int TOP = 10;
  private static final int BOTTOM = 40;

  /**
   * A curve.
   *
   * @param arm whose it is
   * @param what which of the arm's curves it is, such as {@code train}; empty for an only one
   * @param colour index of the arm, which chooses the colour
   * @param style CSS class: {@code solid}, {@code dashed}, or {@code faint} for a single seed
   */
  record Line(String arm, String what, int colour, String style, List<Point> points) {
    String name() {
      return what.isEmpty() ? arm : arm + " " + what;
    }

    boolean isFaint() {
      return style.equals("faint");
    }

    String css() {
      return style + " arm" + colour % 6;
    }
  }

  /** Epoch and value; a value that is not finite leaves a gap. */
  record Point(int epoch, double value) {
    boolean isFinite() {
      return Double.isFinite(value);
    }
  }

  /** The plotted range: epochs, values, and the step of the value axis' ticks. */
  private record Range(int first, int last, double low, double high, double tick) {
    double x(int epoch) {
      int span = WIDTH - LEFT - RIGHT;
      return first == last
          ? LEFT + span / 2.0
          : LEFT + (double) span * (epoch - first) / (last - first);
    }

    double y(double value) {
      // Divided first: low and high may be near the ends of double's range.
      return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * ((value - low) / (high - low));
    }
  }

  void write(Html html) {
    html.open("figure", "class", "chart");
    html.open("figcaption").leaf("b", title);
    legend(html);
    html.close();
    if (finitePoints().length == 0) {
      html.leaf("p", "No data: every value is NaN or there was no epoch.", "class", "nodata");
    } else {
      plot(html);
    }
    html.close();
  }

  /** Colours name the arms and line styles what is shown, so twelve curves need eight keys. */
  private void legend(Html html) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (Line line : lines) {
      if (!line.isFaint()) {
        keys.putIfAbsent(line.arm(), line.css().replace(line.style(), "solid"));
      }
    }
    for (Line line : lines) {
      if (!line.isFaint() && !line.what().isEmpty()) {
        keys.putIfAbsent(line.what(), line.style() + " neutral");
      }
    }
    keys.forEach((name, css) -> {
      html.open("span", "class", "key");
      html.open("svg", "viewBox", "0 0 24 8", "aria-hidden", "true");
      html.empty("line", "x1", "2", "y1", "4", "x2", "22", "y2", "4", "class", css);
      html.close().text(name).close();
    });
  }

  private void plot(Html html) {
    Range range = range();
    String box = "0 0 " + WIDTH + " " + HEIGHT;
    html.open("svg", "viewBox", box, "role", "img", "aria-label", title + ": " + description());
    axes(html, range);
    for (Line line : lines) {
      curve(html, range, line);
    }
    html.close();
  }

  private void axes(Html html, Range range) {
    for (double v = Math.ceil(range.low() / range.tick() - 1e-9) * range.tick();
        v <= range.high() + 1e-9 * range.tick();
        v += range.tick()) {
      String y = at(range.y(v));
      html.empty(
          "line", "class", "grid", "x1", "" + LEFT, "x2", "" + (WIDTH - RIGHT), "y1", y, "y2", y);
      // Counting in steps of a tenth leaves 1e-17 where 0 is meant.
      double shown = Math.abs(v) < 1e-9 * range.tick() ? 0 : v;
      String label = Numbers.plain(shown) + unit;
      html.leaf("text", label, "class", "end", "x", "" + (LEFT - 6), "y", at(range.y(v) + 4));
    }
    int step = Math.max(1, (int) niceStep((range.last() - range.first()) / 6.0));
    for (int epoch = range.first(); epoch <= range.last(); epoch += step) {
      String y = at(HEIGHT - BOTTOM + 17.0);
      html.leaf("text", "" + epoch, "class", "middle", "x", at(range.x(epoch)), "y", y);
    }
    String middle = at((LEFT + WIDTH - RIGHT) / 2.0);
    html.leaf("text", "epoch", "class", "middle axis", "x", middle, "y", "" + (HEIGHT - 4));
  }

  private void curve(Html html, Range range, Line line) {
    html.open("g", "class", line.css());
    List<Point> stretch = new ArrayList<>();
    for (Point point : line.points()) {
      if (point.isFinite()) {
        stretch.add(point);
      } else {
        stretch(html, range, stretch);
        stretch.clear();
        lost(html, range, point);
      }
    }
    stretch(html, range, stretch);
    html.close();
  }

  /** A run of finite values: a line, or a dot where it is a single point. */
  private static void stretch(Html html, Range range, List<Point> points) {
    if (points.size() == 1) {
      Point only = points.getFirst();
      html.empty(
          "circle", "cx", at(range.x(only.epoch())), "cy", at(range.y(only.value())), "r", "3.5");
    } else if (points.size() > 1) {
      StringBuilder path = new StringBuilder();
      for (Point point : points) {
        path.append(path.isEmpty() ? "" : " ")
            .append(at(range.x(point.epoch())))
            .append(',')
            .append(at(range.y(point.value())));
      }
      html.empty("polyline", "points", path.toString());
    }
  }

  /** A value that is not finite: its epoch is marked on the axis, since a gap is easily missed. */
  private static void lost(Html html, Range range, Point point) {
    html.open(
        "text",
        "class",
        "lost middle",
        "x",
        at(range.x(point.epoch())),
        "y",
        "" + (HEIGHT - BOTTOM - 2));
    html.leaf("title", "epoch " + point.epoch() + ": NaN").text("×").close();
  }

  private Range range() {
    int first = epochs().min().orElse(0);
    int last = epochs().max().orElse(0);
    double low = finitePoints()[0];
    double high = low;
    for (double value : finitePoints()) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    low = Double.isFinite(bounds.low()) ? Math.min(low, bounds.low()) : low;
    high = Double.isFinite(bounds.high()) ? Math.max(high, bounds.high()) : high;
    if (high - low < 1e-12 * Math.max(1e-30, Math.abs(high))) {
      double margin = high == 0 ? 1 : Math.abs(high) / 2;
      low -= margin;
      high += margin;
    }
    // Halves, so that the span of two huge values of either sign does not overflow.
    double tick = niceStep((high / 2 - low / 2) / 2);
    return new Range(
        first,
        last,
        Math.floor(low / tick + 1e-9) * tick,
        Math.ceil(high / tick - 1e-9) * tick,
        tick);
  }

  private IntStream epochs() {
    return lines.stream().flatMapToInt(line -> line.points().stream().mapToInt(Point::epoch));
  }

  private double[] finitePoints() {
    return lines.stream()
        .flatMapToDouble(
            line -> line.points().stream().filter(Point::isFinite).mapToDouble(Point::value))
        .toArray();
  }

  /** What a screen reader says: where each curve begins and ends. */
  private String description() {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      double[] values =
          line.points().stream().filter(Point::isFinite).mapToDouble(Point::value).toArray();
      if (!line.isFaint() && values.length > 0) {
        text.append(
            "%s from %s%s to %s%s; "
                .formatted(
                    line.name(),
                    Numbers.plain(values[0]),
                    unit,
                    Numbers.plain(values[values.length - 1]),
                    unit));
      }
    }
    return text + "by epoch";
  }

  /** The next of 1, 2, 5 times a power of ten. */
  private static double niceStep(double step) {
    if (step <= 0) {
      return 1;
    }
    double decade = Math.pow(10, Math.floor(Math.log10(step)));
    return DoubleStream.of(1, 2, 5, 10)
            .filter(lead -> lead * decade >= step * (1 - 1e-9))
            .findFirst()
            .orElse(10)
        * decade;
  }

  private static String at(double coordinate) {
    return String.format(Locale.ROOT, "%.1f", coordinate);
  }
}
