package dev.hone.tensor.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The table: every op of the backend contract on the operands that break kernels, which are sizes
 * around the lane counts, odd images, batches that do not fill their lanes, broadcasts, views,
 * nothing at all, ties and special values. The conformance suite, the benchmarks and {@code hone
 * selftest} read the same rows.
 */
public final class OpCases {
  private static final List<OpCase> ALL = build();

  private OpCases() {}

  /** All rows, grouped by op. */
  public static List<OpCase> all() {
    return ALL;
  }

  /** The rows of one {@link dev.hone.tensor.backend.Backend} method. */
  public static List<OpCase> of(String op) {
    return ALL.stream().filter(row -> row.op().equals(op)).toList();
  }

  private static List<OpCase> build() {
    var rows = new ArrayList<OpCase>();
    ElementwiseCases.addTo(rows);
    MovingCases.addTo(rows);
    ReductionCases.addTo(rows);
    ConvolutionCases.addTo(rows);
    PoolingCases.addTo(rows);
    NormalisationCases.addTo(rows);
    FusedCases.addTo(rows);
    return Collections.unmodifiableList(rows);
  }
}
