package dev.hone.autograd;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One table of differentiable ops, for two uses: {@link GradientCheckTest} differentiates each
 * numerically on the oracle, and {@link GradientConformance} compares each backend's outputs and
 * gradients with the oracle's. Extents straddle the lane counts of vector units (4, 8, 16).
 */
public final class OpCases {
  private OpCases() {}

  /** Where an input's values lie. */
  public enum Values {
    /** (-1, 1) */
    GENERAL,
    /** (0.5, 2) */
    POSITIVE,
    /** Distinct values at least 0.01 apart, none within 0.004 of 0: clear of kinks and ties. */
    APART,
    /** Whole numbers 0, 1, 2: of type int32. */
    INDEX
  }

  /** An input of a case. */
  public record Input(Shape shape, Values values) {
    /** The input on a backend; the same numbers everywhere, exact in float32. */
    public Tensor on(Backend backend, long seed) {
      var philox = new Philox(seed, shape.size());
      double[] v = new double[shape.size()];
      int[] order = philox.split(1).permutation(v.length);
      for (int i = 0; i < v.length; i++) {
        double u = philox.uniform(i);
        v[i] =
            switch (values) {
              case GENERAL -> (float) (2 * u - 1);
              case POSITIVE -> (float) (0.5 + 1.5 * u);
              case APART -> (float) ((order[i] - v.length / 2 + 0.5) * 0.01 + 0.001 * u);
              case INDEX -> Math.floor(3 * u);
            };
      }
      return backend.fromDoubles(shape, values == Values.INDEX ? DType.INT32 : DType.FLOAT32, v);
    }
  }

  /**
   * A case: a function of some inputs.
   *
   * @param name unique, op first
   */
  public record Case(String name, List<Input> inputs, Function<List<Variable>, Variable> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Input in(Values values, int... dims) {
    return new Input(Shape.of(dims), values);
  }

  private static Input in(int... dims) {
    return in(Values.GENERAL, dims);
  }

  /** All of them. */
  public static List<Case> all() {
    var cases = new ArrayList<Case>();
    elementwise(cases);
    reductions(cases);
    moves(cases);
    convolutions(cases);
    others(cases);
    return cases;
  }

  private static void unary(
      List<Case> cases, String name, Values values, Function<Variable, Variable> f) {
    for (int n : new int[] {0, 1, 7, 17}) {
      cases.add(
          new Case(name + " [" + n + ", 3]", List.of(in(values, n, 3)), x -> f.apply(x.get(0))));
    }
    cases.add(new Case(name + " image", List.of(in(values, 9, 3, 2, 5)), x -> f.apply(x.get(0))));
  }

  private interface BinaryOp {
    Variable apply(Variable a, Variable b);
  }

  private static void binary(List<Case> cases, String name, Values values, BinaryOp f) {
    int[][][] shapes = {
      {{17}, {17}},
      {{3, 5}, {}},
      {{}, {3, 5}},
      {{4, 9}, {9}},
      {{4, 1}, {1, 7}},
      {{2, 3, 4, 5}, {3, 1, 1}},
      {{0, 3}, {3}},
      {{1, 2, 1, 2, 3, 2}, {2, 2, 1, 3, 1}},
      {{9, 5, 3, 4}, {9, 5, 3, 4}}
    };
    for (int[][] s : shapes) {
      var a = in(values, s[0]);
      var b = in(values, s[1]);
      cases.add(
          new Case(
              name + " " + a.shape() + " " + b.shape(),
              List.of(a, b),
              x -> f.apply(x.get(0), x.get(1))));
    }
  }

  private static void elementwise(List<Case> cases) {
    binary(cases, "add", Values.GENERAL, Variable::plus);
    binary(cases, "subtract", Values.GENERAL, Variable::minus);
    binary(cases, "multiply", Values.GENERAL, Variable::times);
    binary(cases, "divide", Values.POSITIVE, Variable::dividedBy);
    binary(cases, "power", Values.POSITIVE, Variable::pow);
    // Half the gap between values apart, so that no two operands are equal or nearly so.
    binary(cases, "minimum", Values.APART, (a, b) -> a.minimum(b.plus(0.005)));
    binary(cases, "maximum", Values.APART, (a, b) -> a.maximum(b.plus(0.005)));
    unary(cases, "negate", Values.GENERAL, Variable::negate);
    unary(cases, "exp", Values.GENERAL, Variable::exp);
    unary(cases, "log", Values.POSITIVE, Variable::log);
    unary(cases, "sqrt", Values.POSITIVE, Variable::sqrt);
    unary(cases, "tanh", Values.GENERAL, Variable::tanh);
    unary(cases, "sigmoid", Values.GENERAL, Variable::sigmoid);
    unary(cases, "relu", Values.APART, Variable::relu);
    unary(cases, "abs", Values.APART, Variable::abs);
    unary(cases, "clamp", Values.APART, x -> x.clamp(-0.0483f, 0.0532f));
    unary(cases, "square", Values.GENERAL, Variable::square);
    unary(cases, "power 3", Values.POSITIVE, x -> x.pow(3));
    unary(cases, "scaled", Values.GENERAL, x -> x.times(3).plus(1).minus(0.5).dividedBy(7));
    cases.add(
        new Case(
            "where",
            List.of(in(Values.INDEX, 4, 5), in(4, 5), in(5)),
            x -> Variable.where(x.get(0), x.get(1), x.get(2))));
  }

  private static void reductions(List<Case> cases) {
    int[][] axes = {{}, {0}, {1}, {-1}, {0, 2}, {2, 3}, {0, 2, 3}, {0, 1, 2, 3}};
    for (int[] a : axes) {
      String over = java.util.Arrays.toString(a);
      cases.add(new Case("sum over " + over, List.of(in(9, 3, 4, 2)), x -> x.get(0).sum(a)));
      cases.add(new Case("mean over " + over, List.of(in(9, 3, 4, 2)), x -> x.get(0).mean(a)));
      cases.add(
          new Case(
              "max over " + over, List.of(in(Values.APART, 9, 3, 4, 2)), x -> x.get(0).max(a)));
    }
    cases.add(new Case("sum of nothing", List.of(in(0, 3)), x -> x.get(0).sum(0)));
    cases.add(
        new Case(
            "global average pool", List.of(in(9, 17, 8, 8)), x -> x.get(0).globalAveragePool()));
  }

  private static void moves(List<Case> cases) {
    cases.add(new Case("reshape", List.of(in(4, 6)), x -> x.get(0).reshape(2, -1, 4).times(2)));
    cases.add(new Case("permute", List.of(in(2, 3, 4)), x -> x.get(0).permute(2, 0, -2).times(2)));
    cases.add(new Case("transpose", List.of(in(2, 3, 4)), x -> x.get(0).transpose()));
    cases.add(new Case("slice", List.of(in(5, 7)), x -> x.get(0).slice(1, 2, 6).slice(0, 1, 4)));
    cases.add(new Case("slice by steps", List.of(in(9, 4, 8, 8)), x -> x.get(0).slice(2, 0, 8, 2)));
    cases.add(
        new Case("expand", List.of(in(3, 1)), x -> x.get(0).expand(Shape.of(2, 3, 4)).times(2)));
    cases.add(
        new Case(
            "concat",
            List.of(in(2, 3), in(2, 1), in(2, 0)),
            x -> Variable.concat(1, List.of(x.get(0), x.get(1), x.get(2)))));
    cases.add(
        new Case(
            "pad", List.of(in(2, 3)), x -> x.get(0).pad(new int[] {0, 1}, new int[] {2, 0}, 0.5f)));
    cases.add(
        new Case(
            "gather",
            List.of(in(7, 3), in(Values.INDEX, 7, 2)),
            x -> x.get(0).gather(1, x.get(1).value())));
  }

  private static void convolution(
      List<Case> cases, int n, int c, int k, int hw, int kernel, Convolution geometry) {
    String name =
        "convolution "
            + n
            + "x"
            + c
            + "->"
            + k
            + "@"
            + hw
            + " k"
            + kernel
            + " s"
            + geometry.stride()
            + " p"
            + geometry.padding()
            + " d"
            + geometry.dilation();
    cases.add(
        new Case(
            name,
            List.of(in(n, c, hw, hw), in(k, c, kernel, kernel)),
            x -> x.get(0).convolution(x.get(1), geometry)));
  }

  private static void convolutions(List<Case> cases) {
    for (int n : new int[] {1, 7, 8, 9, 17}) {
      convolution(cases, n, 3, 5, 6, 3, new Convolution(1, 1));
    }
    convolution(cases, 2, 16, 16, 8, 3, new Convolution(1, 1));
    convolution(cases, 2, 16, 32, 8, 3, new Convolution(2, 1));
    convolution(cases, 9, 4, 8, 7, 3, new Convolution(2, 1));
    convolution(cases, 3, 16, 32, 8, 1, new Convolution(2, 0));
    convolution(cases, 3, 5, 17, 4, 1, new Convolution(1, 0));
    convolution(cases, 2, 3, 4, 9, 5, new Convolution(1, 2));
    convolution(cases, 2, 3, 4, 9, 3, new Convolution(2, 0, 2));
    convolution(cases, 2, 2, 3, 2, 3, new Convolution(1, 1));
    convolution(cases, 0, 2, 3, 4, 3, new Convolution(1, 1));
    var same = new Convolution(1, 1);
    var inputs = List.of(in(9, 4, 5, 6), in(6, 4, 3, 3), in(6), in(9, 6, 5, 6));
    cases.add(
        new Case(
            "convolution + bias",
            inputs.subList(0, 3),
            x -> x.get(0).convolution(x.get(1), x.get(2), null, false, same)));
    cases.add(
        new Case(
            "convolution + bias + residual",
            inputs,
            x -> x.get(0).convolution(x.get(1), x.get(2), x.get(3), false, same)));
    cases.add(
        new Case(
            "convolution + bias + residual, relu",
            inputs,
            x -> x.get(0).convolution(x.get(1), x.get(2), x.get(3), true, same)));
    cases.add(
        new Case(
            "convolution, relu",
            inputs.subList(0, 2),
            x -> x.get(0).convolution(x.get(1), null, null, true, same)));
    cases.add(
        new Case(
            "transposed convolution",
            List.of(in(3, 4, 5, 5), in(4, 2, 3, 3)),
            x -> x.get(0).transposedConvolution(x.get(1), new Convolution(2, 1), 1)));
    cases.add(
        new Case(
            "transposed convolution 4x4",
            List.of(in(9, 4, 4, 4), in(4, 3, 4, 4)),
            x -> x.get(0).transposedConvolution(x.get(1), new Convolution(2, 1), 0)));
  }

  private static void others(List<Case> cases) {
    int[][][] products = {
      {{3, 4}, {4, 5}},
      {{17, 9}, {9, 10}},
      {{2, 3, 4}, {2, 4, 5}},
      {{2, 1, 3, 4}, {5, 4, 2}},
      {{0, 4}, {4, 2}},
      {{3, 0}, {0, 2}}
    };
    for (int[][] p : products) {
      var a = in(p[0]);
      var b = in(p[1]);
      cases.add(
          new Case(
              "matmul " + a.shape() + " " + b.shape(),
              List.of(a, b),
              x -> x.get(0).matmul(x.get(1))));
    }
    cases.add(
        new Case(
            "average pool", List.of(in(9, 3, 6, 6)), x -> x.get(0).averagePool(new Pooling(2))));
    cases.add(
        new Case(
            "average pool, padded",
            List.of(in(3, 3, 7, 7)),
            x -> x.get(0).averagePool(new Pooling(3, 2, 1))));
    cases.add(
        new Case(
            "max pool",
            List.of(in(Values.APART, 9, 3, 7, 7)),
            x -> x.get(0).maxPool(new Pooling(3, 2, 1))));
    cases.add(new Case("upsample", List.of(in(9, 3, 2, 3)), x -> x.get(0).upsampleNearest(2)));
    cases.add(new Case("softmax", List.of(in(7, 10)), x -> x.get(0).softmax()));
    for (double smoothing : new double[] {0, 0.1}) {
      cases.add(
          new Case(
              "cross entropy smoothed by " + smoothing,
              List.of(in(7, 10), in(Values.INDEX, 7)),
              x -> x.get(0).crossEntropy(x.get(1).value(), smoothing)));
    }
    cases.add(
        new Case(
            "mean squared error",
            List.of(in(5, 3, 7), in(5, 3, 7)),
            x -> x.get(0).meanSquaredError(x.get(1))));
    cases.add(
        new Case(
            "bernoulli negative log-likelihood",
            List.of(in(5, 3, 7), in(5, 3, 7)),
            x -> x.get(0).bernoulliNegativeLogLikelihood(x.get(1))));
    for (int[] d : new int[][] {{0, 3}, {1, 1}, {5, 7}, {9, 33}}) {
      String rows = " [" + d[0] + ", " + d[1] + "]";
      cases.add(
          new Case(
              "reparameterize" + rows,
              List.of(in(d), in(d), in(d)),
              x -> x.get(0).reparameterize(x.get(1), x.get(2))));
      cases.add(
          new Case(
              "gaussian divergence" + rows,
              List.of(in(d), in(d)),
              x -> x.get(0).gaussianDivergence(x.get(1))));
    }
    cases.add(new Case("log softmax", List.of(in(7, 10)), x -> x.get(0).logSoftmax()));
    for (int n : new int[] {2, 9, 17}) {
      var inputs = List.of(in(n, 5, 4, 3), in(Values.POSITIVE, 5), in(5), in(n, 5, 4, 3));
      cases.add(new Case("batch norm of " + n, inputs.subList(0, 3), x -> batchNorm(x, false)));
      cases.add(
          new Case("batch norm of " + n + ", relu", inputs.subList(0, 3), x -> batchNorm(x, true)));
      cases.add(
          new Case("batch norm of " + n + " + residual, relu", inputs, x -> batchNorm(x, true)));
    }
    cases.add(
        new Case(
            "batch norm of rows",
            List.of(in(9, 4), in(Values.POSITIVE, 4), in(4)),
            x -> batchNorm(x, false)));
  }

  private static Variable batchNorm(List<Variable> x, boolean relu) {
    var statistics = x.get(0).value().batchStatistics();
    Variable residual = x.size() > 3 ? x.get(3) : null;
    return x.get(0).batchNorm(statistics, x.get(1), x.get(2), 1e-5f, residual, relu);
  }
}
