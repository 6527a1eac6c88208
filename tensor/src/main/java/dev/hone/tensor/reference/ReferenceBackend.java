package dev.hone.tensor.reference;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Part;
import dev.hone.tensor.backend.Reduction;
import dev.hone.tensor.backend.Storage;
import dev.hone.tensor.backend.Unary;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: every op as slow, obvious loops over row-major doubles. An op copies its operands
 * into row-major order ({@link RowMajor#values}), computes its formula in double and wraps the
 * result, so layouts, types and arenas are dealt with here and the formulas know nothing of them.
 *
 * <p>It comes in two precisions. {@link #float32} rounds what it stores to float, once per element:
 * the best a float32 backend can do. {@link #float64} does not round; gradient checks run on it.
 */
public final class ReferenceBackend implements Backend {
  private static final ReferenceBackend FLOAT32 = new ReferenceBackend("reference", true);
  private static final ReferenceBackend FLOAT64 = new ReferenceBackend("reference64", false);

  private final String name;
  private final boolean rounds;

  private ReferenceBackend(String name, boolean rounds) {
    this.name = name;
    this.rounds = rounds;
  }

  /** Computes in double and rounds each stored float32 element to float. */
  public static ReferenceBackend float32() {
    return FLOAT32;
  }

  /** Computes in double and stores float32 elements as doubles. */
  public static ReferenceBackend float64() {
    return FLOAT64;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Storage allocate(DType dtype, int length, @Nullable Arena arena) {
    return store(dtype, new double[length], arena);
  }

  private Storage store(DType dtype, double[] elements, @Nullable Arena arena) {
    var storage = new ReferenceStorage(this, dtype, elements);
    if (arena != null) {
      arena.adopt(storage);
    }
    return storage;
  }

  /** A row-major tensor over {@code values}, which become its storage and are rounded to fit it. */
  private Tensor tensor(Shape shape, DType dtype, double[] values, @Nullable Arena arena) {
    for (int e = 0; e < values.length; e++) {
      values[e] = stored(dtype, values[e]);
    }
    return new Tensor(store(dtype, values, arena), Layout.Strided.contiguous(shape), arena);
  }

  private double stored(DType dtype, double value) {
    return switch (dtype) {
      case FLOAT32 -> rounds ? (float) value : value;
      case INT32 -> (int) (long) value; // truncates towards zero, and overflows as ints do
    };
  }

  private Tensor float32(Shape shape, double[] values, @Nullable Arena arena) {
    return tensor(shape, DType.FLOAT32, values, arena);
  }

  private Tensor float32(Array4 y, @Nullable Arena arena) {
    return float32(y.shape(), y.values(), arena);
  }

  private static double[] values(Tensor x) {
    return RowMajor.values(x);
  }

  // ---- moving data ----

  @Override
  public Tensor fromDoubles(Shape shape, DType dtype, double[] values) {
    return tensor(shape, dtype, values.clone(), null);
  }

  @Override
  public Tensor fromFloats(Shape shape, float[] values) {
    double[] wide = new double[values.length];
    for (int e = 0; e < wide.length; e++) {
      wide[e] = values[e];
    }
    return tensor(shape, DType.FLOAT32, wide, null);
  }

  @Override
  public Tensor fromInts(Shape shape, int[] values) {
    return tensor(shape, DType.INT32, Arrays.stream(values).asDoubleStream().toArray(), null);
  }

  @Override
  public void read(Tensor x, double[] out) {
    System.arraycopy(values(x), 0, out, 0, out.length);
  }

  @Override
  public void read(Tensor x, float[] out) {
    double[] values = values(x);
    for (int e = 0; e < out.length; e++) {
      out[e] = (float) values[e];
    }
  }

  @Override
  public void read(Tensor x, int[] out) {
    double[] values = values(x);
    for (int e = 0; e < out.length; e++) {
      out[e] = (int) values[e];
    }
  }

  @Override
  public Tensor full(Shape shape, DType dtype, double value, @Nullable Arena arena) {
    double[] values = new double[shape.size()];
    Arrays.fill(values, value);
    return tensor(shape, dtype, values, arena);
  }

  @Override
  public Tensor contiguous(Tensor x, @Nullable Arena arena) {
    return tensor(x.shape(), x.dtype(), values(x), arena);
  }

  @Override
  public Tensor packed(Tensor x, @Nullable Arena arena) {
    return contiguous(x, arena);
  }

  @Override
  public void forParts(Shape x, Part body) {
    body.run(0, x.dim(0));
  }

  @Override
  public void assign(Tensor target, Tensor value) {
    double[] values = values(value); // a copy: value may be a view of target
    double[] elements = ((ReferenceStorage) target.storage()).elements();
    int[] positions = RowMajor.positions(target);
    for (int e = 0; e < values.length; e++) {
      elements[positions[e]] = values[e];
    }
  }

  @Override
  public Tensor cast(Tensor x, DType dtype) {
    double[] y = values(x);
    if (dtype == DType.INT32) {
      for (int e = 0; e < y.length; e++) {
        y[e] = (int) y[e]; // as Java casts: NaN to 0, too large to the largest int
      }
    }
    return tensor(x.shape(), dtype, y, Tensor.arenaOf(x));
  }

  // ---- elementwise ----

  @Override
  public Tensor unary(Unary f, Tensor x) {
    double[] y = values(x);
    for (int e = 0; e < y.length; e++) {
      y[e] = f.apply(y[e]);
    }
    return tensor(x.shape(), x.dtype(), y, Tensor.arenaOf(x));
  }

  @Override
  public Tensor binary(Binary f, Tensor a, Tensor b, Shape out) {
    double[] x = values(a.expand(out));
    double[] y = values(b.expand(out));
    for (int e = 0; e < y.length; e++) {
      y[e] = f.apply(x[e], y[e]);
    }
    return tensor(out, a.dtype(), y, Tensor.arenaOf(a, b));
  }

  @Override
  public Tensor clamp(Tensor x, float low, float high) {
    double[] y = values(x);
    for (int e = 0; e < y.length; e++) {
      y[e] = Math.min(Math.max(y[e], low), high);
    }
    return tensor(x.shape(), x.dtype(), y, Tensor.arenaOf(x));
  }

  @Override
  public Tensor where(Tensor condition, Tensor a, Tensor b, Shape out) {
    double[] chosen = values(condition.expand(out));
    double[] x = values(a.expand(out));
    double[] y = values(b.expand(out));
    for (int e = 0; e < y.length; e++) {
      y[e] = chosen[e] != 0 ? x[e] : y[e];
    }
    return tensor(out, a.dtype(), y, Tensor.arenaOf(condition, a, b));
  }

  // ---- reductions ----

  @Override
  public Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out) {
    return tensor(out, x.dtype(), Reductions.reduce(f, x, axes), Tensor.arenaOf(x));
  }

  @Override
  public Tensor argmax(Tensor x, int axis) {
    Shape out = x.shape().without(axis);
    return tensor(out, DType.INT32, Reductions.argmax(x, axis), Tensor.arenaOf(x));
  }

  // ---- linear algebra ----

  @Override
  public Tensor matmul(Tensor a, Tensor b, Shape out) {
    return float32(out, MatrixProduct.of(a, b, out), Tensor.arenaOf(a, b));
  }

  // ---- moving elements ----

  @Override
  public Tensor concat(List<Tensor> parts, int axis, Shape out) {
    Arena arena = Tensor.arenaOf(parts.toArray(Tensor[]::new));
    return tensor(out, parts.getFirst().dtype(), Moves.concat(parts, axis, out), arena);
  }

  @Override
  public Tensor pad(Tensor x, int[] before, Shape out, float value) {
    return tensor(out, x.dtype(), Moves.pad(x, before, out, value), Tensor.arenaOf(x));
  }

  @Override
  public Tensor gather(Tensor x, int axis, Tensor index) {
    double[] y = Moves.gather(x, axis, index);
    return tensor(index.shape(), x.dtype(), y, Tensor.arenaOf(x, index));
  }

  @Override
  public Tensor scatterAdd(Tensor x, int axis, Tensor index, Shape out) {
    double[] y = Moves.scatterAdd(x, axis, index, out);
    return tensor(out, x.dtype(), y, Tensor.arenaOf(x, index));
  }

  // ---- convolution ----

  @Override
  public Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c) {
    Array4 y = Convolutions.forward(Array4.of(x), Array4.of(w), c);
    double[] values = y.values();
    if (bias != null) {
      Tensor perChannel = bias.reshape(1, bias.shape().dim(0), 1, 1);
      addTo(values, perChannel.expand(y.shape()));
    }
    finish(values, residual, relu);
    return float32(y, Tensor.arenaOf(x, w, bias, residual));
  }

  /** What follows a convolution or a batch norm: y = act(y + residual). */
  private static void finish(double[] y, @Nullable Tensor residual, boolean relu) {
    if (residual != null) {
      addTo(y, residual);
    }
    if (relu) {
      for (int e = 0; e < y.length; e++) {
        y[e] = Unary.RELU.apply(y[e]);
      }
    }
  }

  private static void addTo(double[] y, Tensor x) {
    double[] values = values(x);
    for (int e = 0; e < y.length; e++) {
      y[e] += values[e];
    }
  }

  @Override
  public Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive) {
    Array4 dx = Convolutions.inputGradient(Array4.of(dy), Array4.of(w), x, c);
    double[] values = dx.values();
    if (added != null) {
      addTo(values, added);
    }
    if (positive != null) {
      double[] sign = values(positive);
      for (int e = 0; e < sign.length; e++) {
        values[e] = sign[e] > 0 ? values[e] : 0;
      }
    }
    return float32(dx, Tensor.arenaOf(dy, w, added, positive));
  }

  @Override
  public Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    Array4 dw = Convolutions.weightGradient(Array4.of(dy), Array4.of(x), w, c);
    return float32(dw, Tensor.arenaOf(dy, x));
  }

  // ---- pooling and resizing ----

  @Override
  public Tensor averagePool(Tensor x, Pooling p) {
    return float32(Pools.average(Array4.of(x), p), Tensor.arenaOf(x));
  }

  @Override
  public Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    return float32(Pools.averageGradient(Array4.of(dy), x, p), Tensor.arenaOf(dy));
  }

  @Override
  public Tensor maxPool(Tensor x, Pooling p) {
    return float32(Pools.max(Array4.of(x), p), Tensor.arenaOf(x));
  }

  @Override
  public Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    return float32(Pools.maxGradient(Array4.of(dy), Array4.of(x), p), Tensor.arenaOf(dy, x));
  }

  @Override
  public Tensor upsampleNearest(Tensor x, int factor) {
    return float32(Pools.upsampleNearest(Array4.of(x), factor), Tensor.arenaOf(x));
  }

  // ---- normalisation ----

  @Override
  public BatchStatistics batchStatistics(Tensor x) {
    double[] values = values(x);
    Shape perChannel = Shape.of(x.shape().dim(1));
    double[] mean = Normalisation.mean(values, x.shape());
    double[] variance = Normalisation.variance(values, mean, x.shape());
    return new BatchStatistics(
        float32(perChannel, mean, Tensor.arenaOf(x)),
        float32(perChannel, variance, Tensor.arenaOf(x)));
  }

  @Override
  public Tensor batchNorm(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    double[] xhat = normalised(x, statistics, eps);
    double[] y = Normalisation.scaled(xhat, values(gamma), values(beta), x.shape());
    finish(y, residual, relu);
    Arena arena =
        Tensor.arenaOf(x, statistics.mean(), statistics.variance(), gamma, beta, residual);
    return float32(x.shape(), y, arena);
  }

  private static double[] normalised(Tensor x, BatchStatistics statistics, float eps) {
    double[] mean = values(statistics.mean());
    double[] variance = values(statistics.variance());
    return Normalisation.normalised(values(x), mean, variance, eps, x.shape());
  }

  @Override
  public BatchNormGradient batchNormGradient(
      Tensor dy,
      @Nullable Tensor y,
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      float eps,
      boolean wantsDx,
      boolean wantsDresidual) {
    Arena arena = Tensor.arenaOf(dy, y, x, statistics.mean(), statistics.variance(), gamma);
    Shape shape = x.shape();
    Shape perChannel = gamma.shape();
    double[] dz = values(y == null ? dy : dy.wherePositive(y));
    double[] xhat = normalised(x, statistics, eps);
    double[] ones = new double[dz.length];
    Arrays.fill(ones, 1);
    double[] dbeta = Normalisation.sumOfProducts(dz, ones, shape);
    double[] dgamma = Normalisation.sumOfProducts(dz, xhat, shape);
    Tensor dx = null;
    if (wantsDx) {
      double[] variance = values(statistics.variance());
      dx =
          float32(
              shape,
              Normalisation.inputGradient(
                  dz, xhat, dgamma, dbeta, variance, values(gamma), eps, shape),
              arena);
    }
    return new BatchNormGradient(
        dx,
        float32(perChannel, dgamma, arena),
        float32(perChannel, dbeta, arena),
        wantsDresidual ? float32(shape, dz, arena) : null);
  }

  // ---- softmax ----

  @Override
  public Tensor softmax(Tensor x) {
    double[] y = Normalisation.softmax(values(x), x.shape().dim(-1));
    return float32(x.shape(), y, Tensor.arenaOf(x));
  }

  @Override
  public Tensor logSoftmax(Tensor x) {
    double[] y = Normalisation.logSoftmax(values(x), x.shape().dim(-1));
    return float32(x.shape(), y, Tensor.arenaOf(x));
  }
}
