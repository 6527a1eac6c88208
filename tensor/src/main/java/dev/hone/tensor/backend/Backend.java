package dev.hone.tensor.backend;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory and kernels of one device. {@link Tensor}'s methods check shapes and types and then come
 * here, so an implementation may trust its arguments. Every method returns a new tensor in the
 * first operand's arena that is not null ({@link Tensor#arenaOf}), in whatever layout suits the
 * backend, and never aliases an operand. Results do not depend on the number of threads, bit for
 * bit.
 */
public interface Backend {
  /** What {@code --device} calls it. */
  String name();

  /** Memory for {@code length} elements, contents unspecified, owned by {@code arena} if given. */
  Storage allocate(DType dtype, int length, @Nullable Arena arena);

  /**
   * Waits until all work that was begun is done. Reading does so by itself; this is for clocks, as
   * a GPU works on behind the host's back.
   */
  default void synchronize() {}

  // ---- a batch in parts ----

  /**
   * Runs {@code body} on consecutive parts of a batch of shape {@code x}, {@code [N, ...]}, that
   * cover it: for work in which no sample depends on another. The backend cuts parts such that many
   * ops on one part stay in its caches, and may run several at once; ops called from within a part
   * run on that part's thread. What parts share they must only read. If parts throw, the failure of
   * the first of them in order is thrown, once none runs any more.
   */
  void forParts(Shape x, Part body);

  // ---- moving data ----

  /** A row-major tensor of {@code values}; int32 tensors take whole numbers. */
  Tensor fromDoubles(Shape shape, DType dtype, double[] values);

  /** A row-major float32 tensor of {@code values}. */
  Tensor fromFloats(Shape shape, float[] values);

  /** A row-major int32 tensor of {@code values}. */
  Tensor fromInts(Shape shape, int[] values);

  /**
   * float32 {@code [N, C, H, W]}, row-major: a batch of images out of bytes, augmented and
   * normalised, the same bits on every backend.
   */
  default Tensor fromBytes(ByteImages images) {
    return fromFloats(images.shape(), images.toFloats());
  }

  /** Copies x row-major into {@code out}, of x's size. */
  void read(Tensor x, double[] out);

  /** Copies float32 x row-major into {@code out}, of x's size. */
  void read(Tensor x, float[] out);

  /** Copies int32 x row-major into {@code out}, of x's size. */
  void read(Tensor x, int[] out);

  /** A tensor filled with {@code value}. */
  Tensor full(Shape shape, DType dtype, double value, @Nullable Arena arena);

  /** A row-major copy of x, which may have any layout, in {@code arena}. */
  Tensor contiguous(Tensor x, @Nullable Arena arena);

  /**
   * A copy of float32 x in {@code arena}, in the layout in which this backend computes on tensors
   * of x's shape; what stays from step to step is best kept like this.
   */
  Tensor packed(Tensor x, @Nullable Arena arena);

  /**
   * Overwrites {@code target}, strided or as {@link #packed} made it, with {@code value} of the
   * same shape and type.
   */
  void assign(Tensor target, Tensor value);

  /** x as another type; float to int truncates towards zero. */
  Tensor cast(Tensor x, DType dtype);

  // ---- elementwise ----

  Tensor unary(Unary f, Tensor x);

  /** f of a and b, which broadcast to {@code out} and have the same type. */
  Tensor binary(Binary f, Tensor a, Tensor b, Shape out);

  /** min(max(x, low), high); NaN stays NaN. */
  Tensor clamp(Tensor x, float low, float high);

  /** a where condition is not 0, else b; all broadcast to {@code out}. */
  Tensor where(Tensor condition, Tensor a, Tensor b, Shape out);

  // ---- reductions ----

  /** x reduced over the axes marked true; {@code out} is the shape with or without them. */
  Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out);

  /** int32: the first index of the largest element along {@code axis}, which is dropped. */
  Tensor argmax(Tensor x, int axis);

  // ---- linear algebra ----

  /**
   * Batched product: a {@code [..., M, K]}, b {@code [..., K, N]}, leading axes broadcast; out
   * {@code [..., M, N]}. A row of the result depends on no other row of a, nor on M, to the bit.
   */
  Tensor matmul(Tensor a, Tensor b, Shape out);

  // ---- moving elements ----

  /** The parts one behind the other along {@code axis}. */
  Tensor concat(List<Tensor> parts, int axis, Shape out);

  /** x at {@code before} within a tensor of shape {@code out} otherwise filled with value. */
  Tensor pad(Tensor x, int[] before, Shape out, float value);

  /**
   * y of index's shape, where along {@code axis} y[..., i, ...] = x[..., index[..., i, ...], ...].
   * Throws {@link IndexOutOfBoundsException} naming the index where one is outside.
   */
  Tensor gather(Tensor x, int axis, Tensor index);

  /** The transpose of {@link #gather}: zeros of shape {@code out}, plus x at the indices. */
  Tensor scatterAdd(Tensor x, int axis, Tensor index, Shape out);

  // ---- convolution: x [N, C, H, W], w [K, C, KH, KW], y [N, K, OH, OW] ----

  /**
   * y = act(x conv w + bias + residual) in one pass.
   *
   * @param bias {@code [K]} or null
   * @param residual {@code [N, K, OH, OW]} or null
   * @param relu whether act is relu, else the identity
   */
  Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c);

  /**
   * dx {@code [N, C, H, W]} from dy {@code [N, K, OH, OW]}, also the transposed convolution, with
   * what a backward pass mostly does next in the same pass:
   *
   * <pre>dx = dy conv^T w + added, and 0 unless positive &gt; 0</pre>
   *
   * @param added of x's shape, such as the cotangent that x has from elsewhere, or null
   * @param positive of x's shape, such as x itself where it came out of relu, or null
   */
  Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive);

  /** dw {@code [K, C, KH, KW]} from dy {@code [N, K, OH, OW]} and x {@code [N, C, H, W]}. */
  Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c);

  // ---- pooling and resizing: x [N, C, H, W] ----

  Tensor averagePool(Tensor x, Pooling p);

  Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p);

  Tensor maxPool(Tensor x, Pooling p);

  /** Each window's gradient goes to its first maximum in row-major order. */
  Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p);

  /** Each pixel becomes a square of {@code factor} x {@code factor}: {@code [N, C, fH, fW]}. */
  Tensor upsampleNearest(Tensor x, int factor);

  // ---- normalisation: x [N, C, ...], per channel over all other axes ----

  /** Mean and biased variance per channel, {@code [C]} each. */
  BatchStatistics batchStatistics(Tensor x);

  /**
   * y = act((x - mean) / sqrt(variance + eps) * gamma + beta + residual) in one pass; mean,
   * variance, gamma, beta {@code [C]}.
   */
  Tensor batchNorm(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu);

  /**
   * The gradient of {@link #batchNorm} where the statistics are x's own. With dz = dy, or dy where
   * y &gt; 0 if {@code y} is given (it was followed by relu), and xhat the normalised x, over M
   * elements per channel (Ioffe and Szegedy 2015, section 3):
   *
   * <pre>dbeta = sum dz, dgamma = sum dz * xhat,
   * dx = gamma / sqrt(variance + eps) * (dz - dbeta / M - xhat * dgamma / M)</pre>
   *
   * @param y the output, if it was followed by relu, else null
   * @param wantsDx whether dx is needed
   * @param wantsDresidual whether dz is needed, the gradient of the residual
   */
  BatchNormGradient batchNormGradient(
      Tensor dy,
      @Nullable Tensor y,
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      float eps,
      boolean wantsDx,
      boolean wantsDresidual);

  // ---- softmax over the last axis, stable: the row's maximum is subtracted first ----

  Tensor softmax(Tensor x);

  Tensor logSoftmax(Tensor x);

  // ---- random numbers: the same bits on every backend, from counters ----

  /**
   * float32, uniform in [low, high), from words {@code first}, {@code first + 1}, ... of {@code
   * philox}; low where the interval is empty.
   */
  default Tensor uniform(Philox philox, long first, Shape shape, float low, float high) {
    int[] words = new int[shape.size()];
    philox.fill(first, words);
    float[] values = new float[words.length];
    for (int i = 0; i < values.length; i++) {
      float value = low + (high - low) * Philox.toUniform(words[i]);
      // The sum may round up to high, which does not belong to the interval.
      values[i] = value < high || low >= high ? value : Math.nextDown(high);
    }
    return fromFloats(shape, values);
  }

  /** 0 with probability {@code p}, else {@code kept}, from the same words. */
  default Tensor dropoutMask(Philox philox, long first, Shape shape, float p, float kept) {
    int[] words = new int[shape.size()];
    philox.fill(first, words);
    float[] values = new float[words.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Philox.toUniform(words[i]) < p ? 0 : kept;
    }
    return fromFloats(shape, values);
  }

  /**
   * float32, standard normal, by Box and Muller's transform: element i of words {@code first + 2i}
   * and {@code first + 2i + 1}.
   */
  default Tensor normal(Philox philox, long first, Shape shape) {
    int[] words = new int[Math.multiplyExact(2, shape.size())];
    philox.fill(first, words);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      double u = 1 - Philox.toUniform(words[2 * i]); // in (0, 1]: the logarithm is finite
      double v = Philox.toUniform(words[2 * i + 1]);
      // StrictMath: the same bits on every machine.
      values[i] = (float) (Math.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v));
    }
    return fromFloats(shape, values);
  }

  // ---- fused: what training and ICP do most, in one pass where passes are dear ----

  /**
   * Whether all numbers of int32 {@code index} are in {@code [0, bound)}. A backend that knows
   * without reading them need not wait for its device.
   */
  default boolean areIndices(Tensor index, int bound) {
    for (int i : index.toInts()) {
      if (i < 0 || i >= bound) {
        return false;
      }
    }
    return true;
  }

  /**
   * The step that {@code rule} makes of gradient g, and its averages, of g's shape, moved on in
   * place. May be g itself.
   */
  default Tensor step(StepRule rule, List<Tensor> averages, Tensor g) {
    return rule.apply(averages, g);
  }

  /**
   * Whether {@link #stride} is one pass here. Where it is not, a caller that knows more, such as
   * that both bounds are numbers, composes it better.
   */
  default boolean strides() {
    return false;
  }

  /**
   * Takes {@code rule}'s step for gradient g from x by {@code stride} and writes where it leads to
   * {@code target}, which may be x itself; all {@code [N, ...]} and, but for g, row-major.
   */
  default void stride(
      StepRule rule,
      List<Tensor> averages,
      Tensor g,
      Stride stride,
      Tensor x,
      Tensor origin,
      Tensor target) {
    target.assign(stride.apply(rule, averages, g, x, origin));
  }

  /**
   * Takes the steps of {@code repetition} in turn. Where the host's part in a step is dear, a
   * device may be told once what to do in a step, and then to do it again.
   */
  default void repeat(Repetition repetition) {
    repetition.run();
  }

  /**
   * Moves running statistics on, in place, as PyTorch does:
   *
   * <pre>
   * mean = (1 - momentum) * mean + momentum * batch mean
   * variance = (1 - momentum) * variance + momentum * correction * batch variance
   * batches = batches + 1
   * </pre>
   *
   * @param running row-major, {@code [C]} each
   * @param batch {@code [C]} each
   * @param correction what makes the batch's biased variance an unbiased one: M / (M - 1)
   * @param batches int32 {@code []}
   */
  default void follow(
      BatchStatistics running,
      BatchStatistics batch,
      double momentum,
      double correction,
      Tensor batches) {
    Tensor mean = batch.mean().times(momentum);
    Tensor variance = batch.variance().times(momentum * correction);
    double kept = 1 - momentum;
    running.mean().assign(running.mean().in(mean.arena()).times(kept).plus(mean));
    running.variance().assign(running.variance().in(mean.arena()).times(kept).plus(variance));
    batches.assign(batches.in(mean.arena()).plus(1));
  }

  /**
   * Overwrites {@code parts}, of any shapes, with the elements of {@code whole} {@code [M]} one
   * behind the other: what {@link #concat} joined goes back.
   */
  default void split(Tensor whole, List<Tensor> parts) {
    int from = 0;
    for (Tensor part : parts) {
      int to = from + part.shape().size();
      part.assign(whole.slice(0, from, to).reshape(part.shape()));
      from = to;
    }
  }

  /**
   * {@code [N]}: the loss of logits {@code [N, classes]} against int32 labels {@code [N]}, all in
   * [0, classes), with label smoothing s and p the softmax of the logits:
   *
   * <pre>-(1 - s) log p[n, label[n]] - s / classes * sum over c of log p[n, c]</pre>
   */
  default Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
    int n = logits.shape().dim(0);
    Tensor logP = logits.logSoftmax();
    Tensor ofLabel = logP.gather(1, labels.reshape(n, 1)).reshape(n);
    return smoothing == 0
        ? ofLabel.negate()
        : ofLabel.times(smoothing - 1).minus(logP.mean(1).times(smoothing));
  }

  /** dlogits {@code [N, classes]} of {@link #crossEntropy} from dy {@code [N]}. */
  default Tensor crossEntropyGradient(Tensor dy, Tensor logits, Tensor labels, double smoothing) {
    int n = logits.shape().dim(0);
    int classes = logits.shape().dim(1);
    Tensor ofLabel = smoothing == 0 ? dy.negate() : dy.times(smoothing - 1);
    Tensor dlogP = ofLabel.reshape(n, 1).scatterAdd(1, labels.reshape(n, 1), classes);
    if (smoothing != 0) {
      dlogP = dlogP.minus(dy.times(smoothing / classes).reshape(n, 1));
    }
    return dlogP.minus(logits.logSoftmax().exp().times(dlogP.sum(true, -1)));
  }

  /** {@code []}: the mean over all elements of (a - b)^2, for a and b of one shape. */
  default Tensor meanSquaredError(Tensor a, Tensor b) {
    Tensor difference = a.minus(b);
    return difference.times(difference).mean();
  }

  /** da = 2 (a - b) dy / M of {@link #meanSquaredError} over M elements, from dy {@code []}. */
  default Tensor meanSquaredErrorGradient(Tensor dy, Tensor a, Tensor b) {
    return a.minus(b).times(2).times(dy.dividedBy(a.shape().size()));
  }

  /**
   * z = mean + exp(logVariance / 2) * noise, all {@code [N, L]}: draws of normal distributions
   * (Kingma and Welling 2013, arXiv 1312.6114, section 2.4).
   */
  default Tensor reparameterize(Tensor mean, Tensor logVariance, Tensor noise) {
    return mean.plus(logVariance.times(0.5).exp().times(noise));
  }

  /** dlogVariance {@code [N, L]} of {@link #reparameterize} from dz {@code [N, L]}. */
  default Tensor reparameterizeGradient(Tensor dz, Tensor logVariance, Tensor noise) {
    return dz.times(noise).times(logVariance.times(0.5).exp()).times(0.5);
  }

  /**
   * {@code [N]}: KL(N(m, s^2) || N(0, 1)) = 1/2 sum over L of (m^2 + s^2 - log s^2 - 1), for means
   * m and log-variances log s^2 {@code [N, L]} (appendix B there).
   */
  default Tensor gaussianDivergence(Tensor mean, Tensor logVariance) {
    Tensor twice = mean.times(mean).plus(logVariance.exp()).minus(logVariance).minus(1);
    return twice.sum(1).times(0.5);
  }

  /** dlogVariance {@code [N, L]} of {@link #gaussianDivergence} from dy {@code [N]}. */
  default Tensor gaussianDivergenceGradient(Tensor dy, Tensor logVariance) {
    return logVariance.exp().minus(1).times(dy.times(0.5).reshape(dy.shape().dim(0), 1));
  }
}
