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
        switch (run.measure()) {
          case ACCURACY ->
              List.of(
                  "arm", "accuracy", "95 % interval", "macro-F1", "cross-entropy", "time", "step");
          case SSIM ->
              List.of("arm", "SSIM", "95 % interval", "PSNR", "-ELBO", "KL", "time", "step");
        });
    for (Summary.Row row : summary) {
      var cells = new ArrayList<String>();
      cells.add(row.arm() + (seeds ? ", seed " + row.seed() : ""));
      cells.addAll(figures(row));
      cells.add(TimeLeft.words(row.seconds()));
      cells.add(
          format("%.1f ms", 1000 * row.secondsPerStep())
              + (Double.isFinite(row.stepCost()) ? format(" (%.2fx)", row.stepCost()) : ""));
      rows.add(cells);
    }
    return new RunTable(rows, Verdict.of(run).headline() + ".");
  }

  private static List<String> figures(Summary.Row row) {
    return switch (row) {
      case Summary.ClassificationRow r ->
          List.of(
              format("%.2f %%", 100 * r.accuracy()),
              format("%.2f to %.2f", 100 * r.accuracyLow(), 100 * r.accuracyHigh()),
              format("%.4f", r.macroF1()),
              format("%.4f", r.meanCrossEntropy()));
      case Summary.GenerationRow r ->
          List.of(
              format("%.4f", r.ssim()),
              format("%.4f to %.4f", r.ssimLow(), r.ssimHigh()),
              format("%.2f dB", r.psnr()),
              format("%.1f", r.negativeElbo()),
              format("%.1f", r.divergence()));
    };
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
