package dev.hone.bench.cli;

import dev.hone.bench.report.Run;
import dev.hone.bench.report.Summary;
import dev.hone.bench.report.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The end of a run as text: a row per arm and seed under headings, and what to make of it.
 *
 * @param rows cells as wide as their column
 */
record RunTable(List<List<String>> rows, String verdict) {
  RunTable {
    rows = rows.stream().map(List::copyOf).toList();
  }

  static RunTable of(Run run) {
    List<Summary.Row> summary = Summary.of(run).rows();
    boolean seeds = summary.stream().map(Summary.Row::seed).distinct().count() > 1;
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("arm", "accuracy", "95 % interval", "macro-F1", "cross-entropy", "time", "step"));
    for (Summary.Row row : summary) {
      rows.add(
          List.of(
              row.arm() + (seeds ? ", seed " + row.seed() : ""),
              format("%.2f %%", 100 * row.accuracy()),
              format("%.2f to %.2f", 100 * row.accuracyLow(), 100 * row.accuracyHigh()),
              format("%.4f", row.macroF1()),
              format("%.4f", row.meanCrossEntropy()),
              TimeLeft.words(row.seconds()),
              format("%.1f ms", 1000 * row.secondsPerStep())
                  + (Double.isFinite(row.stepCost()) ? format(" (%.2fx)", row.stepCost()) : "")));
    }
    return new RunTable(rows, Verdict.of(run).headline() + ".");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  void print(PrintWriter out) {
    out.println();
    new TextTable(rows).print(out);
    out.println();
    out.println(verdict);
  }
}
