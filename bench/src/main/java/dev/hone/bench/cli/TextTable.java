package dev.hone.bench.cli;

import java.io.PrintWriter;
import java.util.List;

/**
 * Rows of text in columns, the headings first.
 *
 * @param rows cells as wide as their column
 */
record TextTable(List<List<String>> rows) {
  TextTable {
    rows = rows.stream().map(List::copyOf).toList();
  }

  void print(PrintWriter out) {
    int columns = rows.getFirst().size();
    int[] width = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        line.append(row.get(c)).append(" ".repeat(width[c] - row.get(c).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
