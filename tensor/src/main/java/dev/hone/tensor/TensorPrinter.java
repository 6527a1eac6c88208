package dev.hone.tensor;

import java.util.Arrays;
import java.util.Locale;

/** Prints a tensor as nested rows, long axes shortened to their ends, numbers aligned. */
final class TensorPrinter {
  /** Elements shown at each end of a long axis. */
  private static final int EDGE = 3;

  private final double[] values;
  private final Shape shape;
  private final boolean whole;
  private final boolean scientific;
  private final StringBuilder out = new StringBuilder();
  private final int width;

  private TensorPrinter(Tensor t) {
    values = t.toDoubles();
    shape = t.shape();
    double largest = Arrays.stream(values).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    double smallest =
        Arrays.stream(values)
            .filter(v -> Double.isFinite(v) && v != 0)
            .map(Math::abs)
            .min()
            .orElse(1);
    whole =
        largest < 1e7 && Arrays.stream(values).allMatch(v -> v == Math.rint(v) || Double.isNaN(v));
    scientific = !whole && (largest >= 1e5 || smallest < 1e-4);
    width = Arrays.stream(values).mapToInt(v -> number(v).length()).max().orElse(1);
  }

  /** Such as {@code float32 [2, 3] on cpu} and below it the rows. */
  static String print(Tensor t) {
    String head =
        t.dtype().name().toLowerCase(Locale.ROOT) + " " + t.shape() + " on " + t.backend().name();
    if (t.shape().size() == 0) {
      return head + " (empty)";
    }
    var printer = new TensorPrinter(t);
    printer.rows(0, 0, t.shape().size());
    return head + "\n" + printer.out;
  }

  private void rows(int axis, int from, int length) {
    if (axis == shape.rank()) {
      out.append(String.format(Locale.ROOT, "%" + width + "s", number(values[from])));
      return;
    }
    int extent = shape.dim(axis);
    boolean innermost = axis == shape.rank() - 1;
    String separator = innermost ? ", " : ",\n" + " ".repeat(axis + 1);
    out.append('[');
    for (int i = 0; i < extent; i++) {
      if (i > 0) {
        out.append(separator);
      }
      if (extent > 2 * EDGE + 1 && i == EDGE) {
        out.append("...");
        i = extent - EDGE - 1;
        continue;
      }
      rows(axis + 1, from + i * (length / extent), length / extent);
    }
    out.append(']');
  }

  private String number(double v) {
    if (!Double.isFinite(v)) {
      return Double.isNaN(v) ? "NaN" : v > 0 ? "inf" : "-inf";
    }
    if (whole) {
      return Long.toString(Math.round(v));
    }
    return String.format(Locale.ROOT, scientific ? "%.4e" : "%.4f", v);
  }
}
