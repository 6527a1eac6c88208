package dev.hone.autograd;

import dev.hone.autograd.op.Convolve;
import dev.hone.autograd.op.Elementwise;
import dev.hone.autograd.op.Gaussian;
import dev.hone.autograd.op.Linear;
import dev.hone.autograd.op.Loss;
import dev.hone.autograd.op.Move;
import dev.hone.autograd.op.Normalize;
import dev.hone.autograd.op.Op;
import dev.hone.autograd.op.Pool;
import dev.hone.autograd.op.Reduce;
import dev.hone.autograd.op.Softmax;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor on a {@link Tape}. Its methods mirror {@link Tensor}'s, are recorded, and mean the same;
 * the formula of each and of its gradient stands in {@code dev.hone.autograd.op}.
 */
public final class Variable {
  static final int CONSTANT = -1;

  private final Tape tape;
  private final Tensor value;
  private final int index;

  Variable(Tape tape, Tensor value, int index) {
    this.tape = tape;
    this.value = value;
    this.index = index;
  }

  public Tape tape() {
    return tape;
  }

  public Tensor value() {
    return value;
  }

  public Shape shape() {
    return value.shape();
  }

  /** Whether gradients flow here: it was watched, or computed from something that was. */
  public boolean isTracked() {
    return index != CONSTANT;
  }

  int index() {
    return index;
  }

  /** The same value, as a constant: no gradient flows back through it. */
  public Variable detach() {
    return new Variable(tape, value, CONSTANT);
  }

  private Variable then(Op op, Variable... more) {
    var inputs = new Variable[more.length + 1];
    inputs[0] = this;
    System.arraycopy(more, 0, inputs, 1, more.length);
    return tape.apply(op, inputs);
  }

  private Variable constant(double b) {
    return tape.constant(value.backend().full(Shape.of(), value.dtype(), b, value.arena()));
  }

  private static List<Integer> list(int... axes) {
    return Arrays.stream(axes).boxed().toList();
  }

  // ---- elementwise, broadcasting ----

  public Variable plus(Variable b) {
    return then(new Elementwise.Add(), b);
  }

  public Variable plus(double b) {
    return plus(constant(b));
  }

  public Variable minus(Variable b) {
    return then(new Elementwise.Subtract(), b);
  }

  public Variable minus(double b) {
    return minus(constant(b));
  }

  public Variable times(Variable b) {
    return then(new Elementwise.Multiply(), b);
  }

  public Variable times(double b) {
    return times(constant(b));
  }

  public Variable dividedBy(Variable b) {
    return then(new Elementwise.Divide(), b);
  }

  public Variable dividedBy(double b) {
    return dividedBy(constant(b));
  }

  public Variable pow(Variable b) {
    return then(new Elementwise.Power(), b);
  }

  public Variable pow(double b) {
    return pow(constant(b));
  }

  public Variable square() {
    return then(new Elementwise.Square());
  }

  public Variable minimum(Variable b) {
    return then(new Elementwise.Minimum(), b);
  }

  public Variable maximum(Variable b) {
    return then(new Elementwise.Maximum(), b);
  }

  /** a where {@code condition} is not 0, else b. */
  public static Variable where(Variable condition, Variable a, Variable b) {
    return condition.then(new Elementwise.Where(), a, b);
  }

  public Variable negate() {
    return then(new Elementwise.Negate());
  }

  public Variable exp() {
    return then(new Elementwise.Exp());
  }

  public Variable log() {
    return then(new Elementwise.Log());
  }

  public Variable sqrt() {
    return then(new Elementwise.Sqrt());
  }

  public Variable tanh() {
    return then(new Elementwise.Tanh());
  }

  public Variable sigmoid() {
    return then(new Elementwise.Sigmoid());
  }

  public Variable relu() {
    return then(new Elementwise.Relu());
  }

  public Variable abs() {
    return then(new Elementwise.Abs());
  }

  public Variable clamp(float low, float high) {
    return then(new Elementwise.Clamp(low, high));
  }

  // ---- reductions; no axes: over all ----

  public Variable sum(int... axes) {
    return then(new Reduce.Sum(list(axes)));
  }

  public Variable mean(int... axes) {
    return then(new Reduce.Mean(list(axes)));
  }

  public Variable max(int... axes) {
    return then(new Reduce.Max(list(axes)));
  }

  // ---- linear algebra ----

  /** {@code [..., M, K]} times {@code [..., K, N]}. */
  public Variable matmul(Variable b) {
    return then(new Linear.MatMul(), b);
  }

  // ---- moving elements ----

  public Variable reshape(int... dims) {
    return reshape(value.reshape(dims).shape());
  }

  public Variable reshape(Shape to) {
    return then(new Move.Reshape(to));
  }

  public Variable permute(int... axes) {
    return then(new Move.Permute(list(axes)));
  }

  /** The last two axes exchanged. */
  public Variable transpose() {
    int rank = shape().rank();
    int[] axes = new int[rank];
    Arrays.setAll(axes, a -> a < rank - 2 ? a : 2 * rank - 3 - a);
    return permute(axes);
  }

  public Variable slice(int axis, int from, int to) {
    return slice(axis, from, to, 1);
  }

  public Variable slice(int axis, int from, int to, int step) {
    return then(new Move.Slice(axis, from, to, step));
  }

  public Variable expand(Shape to) {
    return then(new Move.Expand(to));
  }

  /** The parts one behind the other along {@code axis}. */
  public static Variable concat(int axis, List<Variable> parts) {
    return parts.getFirst().tape.apply(new Move.Concat(axis), parts.toArray(Variable[]::new));
  }

  public Variable pad(int[] before, int[] after, float padding) {
    return then(new Move.Pad(list(before), list(after), padding));
  }

  /** The elements that int32 {@code index} names along {@code axis}. */
  public Variable gather(int axis, Tensor index) {
    return then(new Move.Gather(axis), tape.constant(index));
  }

  // ---- images [N, C, H, W] ----

  /** Convolution with w {@code [K, C, KH, KW]}. */
  public Variable convolution(Variable w, Convolution c) {
    return convolution(w, null, null, false, c);
  }

  /**
   * act(x conv w + bias + residual) in one pass.
   *
   * @param bias {@code [K]} or null
   * @param residual {@code [N, K, OH, OW]} or null
   */
  public Variable convolution(
      Variable w,
      @Nullable Variable bias,
      @Nullable Variable residual,
      boolean relu,
      Convolution c) {
    var inputs = new ArrayList<Variable>(List.of(this, w));
    if (bias != null) {
      inputs.add(bias);
    }
    if (residual != null) {
      inputs.add(residual);
    }
    var op = new Convolve.Forward(c, bias != null, residual != null, relu);
    return tape.apply(op, inputs.toArray(Variable[]::new));
  }

  /** Transposed convolution with w {@code [K, C, KH, KW]}: {@code [N, K, H, W]} to C channels. */
  public Variable transposedConvolution(Variable w, Convolution c, int outputPadding) {
    return then(new Convolve.Transposed(c, outputPadding), w);
  }

  public Variable averagePool(Pooling p) {
    return then(new Pool.Average(p));
  }

  public Variable maxPool(Pooling p) {
    return then(new Pool.Max(p));
  }

  /** {@code [N, C, H, W]} to {@code [N, C]}: the mean of each channel. */
  public Variable globalAveragePool() {
    shape().requireRank("global average pool", "x", 4);
    return mean(2, 3);
  }

  public Variable upsampleNearest(int factor) {
    return then(new Pool.UpsampleNearest(factor));
  }

  /**
   * Batch norm with this batch's own {@code statistics}, then the residual, then relu.
   *
   * @param statistics {@code value().batchStatistics()}
   * @param gamma {@code [C]}
   * @param beta {@code [C]}
   * @param residual {@code [N, C, ...]} or null
   */
  public Variable batchNorm(
      BatchStatistics statistics,
      Variable gamma,
      Variable beta,
      float eps,
      @Nullable Variable residual,
      boolean relu) {
    var op = new Normalize.BatchNorm(statistics, eps, residual != null, relu);
    return residual == null ? then(op, gamma, beta) : then(op, gamma, beta, residual);
  }

  // ---- softmax over the last axis ----

  public Variable softmax() {
    return then(new Softmax.Probabilities());
  }

  public Variable logSoftmax() {
    return then(new Softmax.LogProbabilities());
  }

  // ---- losses ----

  /**
   * The loss of each sample, {@code [N]}, of these logits {@code [N, classes]}.
   *
   * @param labels int32 {@code [N]}, all in [0, classes)
   */
  public Variable crossEntropy(Tensor labels, double smoothing) {
    return then(new Loss.CrossEntropy(smoothing), tape.constant(labels));
  }

  /** The mean over all elements of (this - b)^2, {@code []}; b has this shape. */
  public Variable meanSquaredError(Variable b) {
    return then(new Loss.MeanSquaredError(), b);
  }

  /**
   * -log p(t) of each target in [0, 1] under Bernoulli's distribution with these logits.
   *
   * @param t of this shape, or broadcasting
   */
  public Variable bernoulliNegativeLogLikelihood(Variable t) {
    return then(new Loss.BernoulliNegativeLogLikelihood(), t);
  }

  // ---- normal distributions ----

  /**
   * A draw {@code [N, L]} of the normal distributions with these means {@code [N, L]}: this +
   * exp(logVariance / 2) * noise.
   *
   * @param logVariance {@code [N, L]}
   * @param noise standard normal, {@code [N, L]}
   * @throws dev.hone.tensor.ShapeException if the three are not of one shape of two axes
   */
  public Variable reparameterize(Variable logVariance, Variable noise) {
    return then(new Gaussian.Reparameterize(), logVariance, noise);
  }

  /**
   * KL(N(m, s^2) || N(0, 1)) of each row of these means m {@code [N, L]}, in nats, {@code [N]}.
   *
   * @param logVariance log s^2, {@code [N, L]}
   * @throws dev.hone.tensor.ShapeException if both are not of one shape of two axes
   */
  public Variable gaussianDivergence(Variable logVariance) {
    return then(new Gaussian.Divergence(), logVariance);
  }

  /** The value of a scalar. */
  public float item() {
    return value.item();
  }

  @Override
  public String toString() {
    return (isTracked() ? "variable " : "constant ") + shape();
  }
}
