package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of batch statistics, batch norm, its gradient, softmax and log-softmax. */
final class NormalisationCases {
  private static final float EPS = 1e-5f;

  /** Three factors and a sum, each rounded, seen against the largest result. */
  private static final Tolerance NORM = new Tolerance.OfLargest(64);

  /** Sums over the batch whose terms cancel down to the root of their number. */
  private static final Tolerance NORM_GRADIENT = new Tolerance.OfLargest(256);

  private NormalisationCases() {}

  static void addTo(List<OpCase> rows) {
    for (int[] x : shapes()) {
      statistics(new Rows(rows, "batchStatistics"), x, Arrangement.CONTIGUOUS);
      batchNorm(new Rows(rows, "batchNorm"), x, Arrangement.CONTIGUOUS);
      gradient(new Rows(rows, "batchNormGradient"), x, Arrangement.CONTIGUOUS);
    }
    for (Arrangement a : List.of(Arrangement.PERMUTED, Arrangement.SLICED, Arrangement.EXPANDED)) {
      statistics(new Rows(rows, "batchStatistics"), new int[] {9, 3, 4, 5}, a);
      batchNorm(new Rows(rows, "batchNorm"), new int[] {9, 3, 4, 5}, a);
      gradient(new Rows(rows, "batchNormGradient"), new int[] {9, 3, 4, 5}, a);
    }
    softmax(rows);
  }

  private static List<int[]> shapes() {
    var shapes = new ArrayList<int[]>();
    for (int n : Rows.BATCHES) {
      shapes.add(new int[] {n, 5, 4, 5});
    }
    shapes.add(new int[] {2, 16, 32, 32});
    shapes.add(new int[] {9, 64, 8, 8});
    shapes.add(new int[] {9, 17, 3, 3});
    shapes.add(new int[] {9, 1, 3, 4});
    shapes.add(new int[] {33, 10});
    shapes.add(new int[] {7, 5, 9});
    return shapes;
  }

  private static void statistics(Rows rows, int[] x, Arrangement a) {
    for (Values values : List.of(Values.POSITIVE, Values.OFFSET)) {
      rows.addAll(
          "",
          new Tolerance.OfLargest(64),
          t -> {
            BatchStatistics s = t.getFirst().batchStatistics();
            return List.of(s.mean(), s.variance());
          },
          new Input(Shape.of(x), values, a));
    }
  }

  private static void batchNorm(Rows rows, int[] dims, Arrangement a) {
    int c = dims[1];
    Input[] inputs = {
      general(dims).as(a),
      general(c),
      of(Values.POSITIVE, c),
      general(c),
      general(c),
      general(dims).as(a)
    };
    for (boolean relu : new boolean[] {false, true}) {
      String act = relu ? "relu" : "";
      rows.add(act, NORM, t -> norm(t, null, relu), Arrays.copyOf(inputs, 5));
      rows.add("residual " + act, NORM, t -> norm(t, t.get(5), relu), inputs);
    }
  }

  private static Tensor norm(List<Tensor> t, @Nullable Tensor residual, boolean relu) {
    var statistics = new BatchStatistics(t.get(1), t.get(2));
    return t.get(0).batchNorm(statistics, t.get(3), t.get(4), EPS, residual, relu);
  }

  private static void gradient(Rows rows, int[] dims, Arrangement a) {
    int c = dims[1];
    Input dy = general(dims).as(a);
    Input x = general(dims).as(a);
    Input mean = general(c);
    Input variance = of(Values.POSITIVE, c);
    rows.addAll(
        "", NORM_GRADIENT, t -> gradient(t, null, true, true), dy, x, mean, variance, general(c));
    Input y = general(dims).as(a);
    rows.addAll(
        "after relu",
        NORM_GRADIENT,
        t -> gradient(t, t.get(5), true, true),
        dy,
        x,
        mean,
        variance,
        general(c),
        y);
    rows.addAll(
        "without dx",
        NORM_GRADIENT,
        t -> gradient(t, null, false, false),
        dy,
        x,
        mean,
        variance,
        general(c));
  }

  /** t: dy, x, mean, variance, gamma. */
  private static List<Tensor> gradient(
      List<Tensor> t, @Nullable Tensor y, boolean wantsDx, boolean wantsDresidual) {
    BatchNormGradient g =
        t.get(0)
            .backend()
            .batchNormGradient(
                t.get(0),
                y,
                t.get(1),
                new BatchStatistics(t.get(2), t.get(3)),
                t.get(4),
                EPS,
                wantsDx,
                wantsDresidual);
    var results = new ArrayList<Tensor>(List.of(g.dgamma(), g.dbeta()));
    if (wantsDx) {
      results.add(Objects.requireNonNull(g.dx(), "dx was wanted, but did not come"));
    }
    if (wantsDresidual) {
      results.add(Objects.requireNonNull(g.dresidual(), "dresidual was wanted, but did not come"));
    }
    return results;
  }

  private static void softmax(List<OpCase> rows) {
    var softmax = new Rows(rows, "softmax");
    var logSoftmax = new Rows(rows, "logSoftmax");
    var inputs = new ArrayList<Input>();
    for (int n : Rows.LENGTHS) {
      inputs.add(general(3, n));
      inputs.add(general(n, 10));
    }
    for (Arrangement a : Arrangement.values()) {
      inputs.add(general(5, 3, 17).as(a));
    }
    inputs.add(general(17));
    inputs.add(general(9, 5, 3, 4));
    inputs.add(of(Values.LARGE, 7, 10));
    inputs.add(of(Values.WIDE, 7, 100));
    for (Input x : inputs) {
      // exp turns an absolute error of x - max into a relative one.
      double ulps = x.values() == Values.WIDE ? 512 : 32;
      softmax.add("", new Tolerance.Ulps(ulps), t -> t.getFirst().softmax(), x);
      logSoftmax.add("", new Tolerance.OfLargest(16), t -> t.getFirst().logSoftmax(), x);
    }
  }
}
