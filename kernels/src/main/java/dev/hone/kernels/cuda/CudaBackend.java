package dev.hone.kernels.cuda;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.ByteImages;
import dev.hone.tensor.backend.Part;
import dev.hone.tensor.backend.Reduction;
import dev.hone.tensor.backend.Repetition;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import dev.hone.tensor.backend.Unary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, real or emulated: which kernel or library computes what. Every op returns once its work is
 * on the stream; only reading waits. Tensors are strided, and results are row-major.
 */
final class CudaBackend extends CudaTensors {
  private final String library;
  private final ElementwiseKernels elementwise;
  private final MovingKernels moves;
  private final ReductionKernels reductions;
  private final SoftmaxKernels softmax;
  private final DnnOps dnn;
  private final BatchNormOps batchNorm;
  private final UpdateKernels updates;
  private final LossKernels losses;
  private final RandomKernels random;
  private final VariationalKernels variational;
  private final PixelKernels pixels;

  /** On {@code device}, which this backend owns, with {@code dnn} for the heavy operations. */
  CudaBackend(String name, CudaDevice device, DnnProvider dnn) {
    super(name, device);
    this.library = dnn.name();
    this.elementwise = new ElementwiseKernels(this);
    this.moves = new MovingKernels(this);
    this.reductions = new ReductionKernels(this);
    this.softmax = new SoftmaxKernels(this);
    this.dnn = new DnnOps(this, dnn);
    this.batchNorm = new BatchNormOps(this);
    this.updates = new UpdateKernels(this);
    this.losses = new LossKernels(this);
    this.random = new RandomKernels(this);
    this.variational = new VariationalKernels(this);
    this.pixels = new PixelKernels(this);
  }

  // ---- for the kernels ----

  /** What computes the heavy operations, in words. */
  String library() {
    return library;
  }

  ReductionKernels reductions() {
    return reductions;
  }

  // ---- moving data ----

  /** One part: a GPU wants large launches, and there are no caches to keep a part in. */
  @Override
  public void forParts(Shape x, Part body) {
    body.run(0, x.dim(0));
  }

  @Override
  public Tensor fromBytes(ByteImages images) {
    return pixels.images(images);
  }

  @Override
  public Tensor contiguous(Tensor x, @Nullable Arena arena) {
    return moves.contiguous(x, arena);
  }

  /** Row-major is the layout of everything here. */
  @Override
  public Tensor packed(Tensor x, @Nullable Arena arena) {
    return moves.contiguous(x, arena);
  }

  @Override
  public void assign(Tensor target, Tensor value) {
    try (Arena temporary = new Arena()) {
      boolean same = target.storage() == value.storage();
      Tensor source = same ? contiguous(value, temporary) : value;
      storage(target).range(storage(target).range().or(storage(value).range()));
      moves.copy(target, layout(target), source);
    }
  }

  @Override
  public Tensor cast(Tensor x, DType dtype) {
    return elementwise.cast(x, dtype);
  }

  // ---- elementwise ----

  @Override
  public Tensor unary(Unary f, Tensor x) {
    return elementwise.unary(f, x);
  }

  @Override
  public Tensor binary(Binary f, Tensor a, Tensor b, Shape out) {
    boolean whole = a.dtype() == DType.INT32;
    return whole && (f == Binary.DIVIDED_BY || f == Binary.POW)
        ? onHost(f, a.expand(out), b.expand(out))
        : elementwise.binary(f, a, b, out);
  }

  /** Quotients and powers of indices: too rare to be worth a kernel. */
  private Tensor onHost(Binary f, Tensor a, Tensor b) {
    int[] x = a.toInts();
    int[] y = b.toInts();
    for (int i = 0; i < x.length; i++) {
      x[i] = (int) f.apply(x[i], y[i]);
    }
    return contiguous(fromInts(a.shape(), x), Tensor.arenaOf(a, b));
  }

  @Override
  public Tensor clamp(Tensor x, float low, float high) {
    return elementwise.clamp(x, low, high);
  }

  @Override
  public Tensor where(Tensor condition, Tensor a, Tensor b, Shape out) {
    return elementwise.where(condition, a, b, out);
  }

  // ---- reductions ----

  @Override
  public Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out) {
    return reductions.reduce(f, x, axes, out);
  }

  @Override
  public Tensor argmax(Tensor x, int axis) {
    return reductions.argmax(x, axis);
  }

  // ---- linear algebra ----

  @Override
  public Tensor matmul(Tensor a, Tensor b, Shape out) {
    return dnn.matmul(a, b, out);
  }

  // ---- moving elements ----

  @Override
  public Tensor concat(List<Tensor> parts, int axis, Shape out) {
    return moves.concat(parts, axis, out);
  }

  @Override
  public Tensor pad(Tensor x, int[] before, Shape out, float value) {
    return moves.pad(x, before, out, value);
  }

  @Override
  public Tensor gather(Tensor x, int axis, Tensor index) {
    return moves.gather(x, axis, index);
  }

  @Override
  public Tensor scatterAdd(Tensor x, int axis, Tensor index, Shape out) {
    return moves.scatterAdd(x, axis, index, out);
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
    return dnn.convolution(x, w, bias, residual, relu, c);
  }

  @Override
  public Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive) {
    return dnn.convolutionInputGradient(dy, w, x, c, added, positive);
  }

  @Override
  public Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    return dnn.convolutionWeightGradient(dy, x, w, c);
  }

  // ---- pooling and resizing ----

  @Override
  public Tensor averagePool(Tensor x, Pooling p) {
    return dnn.pool(DnnProvider.Pool.AVERAGE, x, p);
  }

  @Override
  public Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    return dnn.averagePoolGradient(dy, x, p);
  }

  @Override
  public Tensor maxPool(Tensor x, Pooling p) {
    return dnn.pool(DnnProvider.Pool.MAX, x, p);
  }

  @Override
  public Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    return dnn.maxPoolGradient(dy, x, p);
  }

  @Override
  public Tensor upsampleNearest(Tensor x, int factor) {
    return moves.upsampleNearest(x, factor);
  }

  // ---- normalisation ----

  @Override
  public BatchStatistics batchStatistics(Tensor x) {
    return batchNorm.statistics(x);
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
    return batchNorm.apply(x, statistics, gamma, beta, eps, residual, relu);
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
    return batchNorm.gradient(dy, y, x, statistics, gamma, eps, wantsDx, wantsDresidual);
  }

  // ---- softmax ----

  @Override
  public Tensor softmax(Tensor x) {
    return softmax.softmax(x, false);
  }

  @Override
  public Tensor logSoftmax(Tensor x) {
    return softmax.softmax(x, true);
  }

  // ---- random numbers ----

  @Override
  public Tensor uniform(Philox philox, long first, Shape shape, float low, float high) {
    return random.uniform(philox, first, shape, low, high);
  }

  @Override
  public Tensor normal(Philox philox, long first, Shape shape) {
    return random.normal(philox, first, shape);
  }

  @Override
  public Tensor dropoutMask(Philox philox, long first, Shape shape, float p, float kept) {
    return random.mask(philox, first, shape, p, kept);
  }

  // ---- fused ----

  @Override
  public boolean areIndices(Tensor index, int bound) {
    return storage(index).range().isWithin(bound) || super.areIndices(index, bound);
  }

  @Override
  public void split(Tensor whole, List<Tensor> parts) {
    parts.forEach(p -> storage(p).range(IntRange.UNKNOWN));
    moves.split(whole, parts);
  }

  @Override
  public Tensor step(StepRule rule, List<Tensor> averages, Tensor g) {
    return updates.step(rule, averages, g);
  }

  @Override
  public boolean strides() {
    return true;
  }

  @Override
  public void stride(
      StepRule rule,
      List<Tensor> averages,
      Tensor g,
      Stride stride,
      Tensor x,
      Tensor origin,
      Tensor target) {
    updates.stride(rule, averages, g, stride, x, origin, target);
  }

  @Override
  public void follow(
      BatchStatistics running,
      BatchStatistics batch,
      double momentum,
      double correction,
      Tensor batches) {
    batchNorm.follow(running, batch, momentum, correction, batches);
  }

  @Override
  public void repeat(Repetition repetition) {
    new RepeatedSteps(this, updates, repetition).take();
  }

  @Override
  public Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
    return losses.crossEntropy(logits, labels, smoothing);
  }

  @Override
  public Tensor crossEntropyGradient(Tensor dy, Tensor logits, Tensor labels, double smoothing) {
    return losses.crossEntropyGradient(dy, logits, labels, smoothing);
  }

  @Override
  public Tensor meanSquaredError(Tensor a, Tensor b) {
    return losses.meanSquaredError(a, b);
  }

  @Override
  public Tensor meanSquaredErrorGradient(Tensor dy, Tensor a, Tensor b) {
    return losses.meanSquaredErrorGradient(dy, a, b);
  }

  @Override
  public Tensor reparameterize(Tensor mean, Tensor logVariance, Tensor noise) {
    return variational.reparameterize(mean, logVariance, noise);
  }

  @Override
  public Tensor reparameterizeGradient(Tensor dz, Tensor logVariance, Tensor noise) {
    return variational.reparameterizeGradient(dz, logVariance, noise);
  }

  @Override
  public Tensor gaussianDivergence(Tensor mean, Tensor logVariance) {
    return variational.divergence(mean, logVariance);
  }

  @Override
  public Tensor gaussianDivergenceGradient(Tensor dy, Tensor logVariance) {
    return variational.divergenceGradient(dy, logVariance);
  }
}
