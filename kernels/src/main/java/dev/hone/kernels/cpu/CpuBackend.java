package dev.hone.kernels.cpu;

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
import dev.hone.tensor.backend.Unary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory, threads and the lane count, and which kernel class computes what. */
final class CpuBackend implements Backend {
  static final String NAME = "cpu";

  private final BufferPool pool = new BufferPool();
  private final Workers workers;
  private final int lanes;
  private final Images images;
  private final Moves moves;
  private final Elementwise elementwise;
  private final Reductions reductions;
  private final MatMul matMul;

  /**
   * @param threads how many threads work, the caller included
   * @param lanes images per group of the image layout: 16, 8, 4, or 1 for scalar kernels
   */
  CpuBackend(int threads, int lanes) {
    this(threads, lanes, WinogradConvolution.chosen());
  }

  /**
   * @param winograd whether 3x3 convolutions run by {@link WinogradConvolution} where it suits
   */
  CpuBackend(int threads, int lanes, boolean winograd) {
    this.workers = new Workers(threads);
    this.lanes = lanes;
    this.images = new Images(this, winograd);
    boolean scalar = lanes == 1;
    Rows rows = scalar ? new ScalarRows() : new VectorRows();
    this.moves = new Moves(this);
    this.elementwise = new Elementwise(this, rows);
    this.reductions = new Reductions(this, rows);
    this.matMul = new MatMul(this, scalar ? new Tile.Scalar() : new VectorTile());
  }

  // ---- for the kernels ----

  BufferPool pool() {
    return pool;
  }

  Workers workers() {
    return workers;
  }

  /** Images per group of {@link Layout.BatchLanes}. */
  int lanes() {
    return lanes;
  }

  Images images() {
    return images;
  }

  /** The array behind float32 {@code x}. */
  static float[] floats(Tensor x) {
    return ((CpuStorage) x.storage()).floats();
  }

  /** The array behind int32 {@code x}. */
  static int[] ints(Tensor x) {
    return ((CpuStorage) x.storage()).ints();
  }

  /** A row-major tensor, contents unspecified. */
  Tensor empty(Shape shape, DType dtype, @Nullable Arena arena) {
    return new Tensor(
        allocate(dtype, shape.size(), arena), Layout.Strided.contiguous(shape), arena);
  }

  /** A float32 tensor {@code [N, C, H, W]}, one image per lane, contents unspecified. */
  Tensor emptyImages(Shape shape, @Nullable Arena arena) {
    var layout = new Layout.BatchLanes(shape, lanes);
    return new Tensor(allocate(DType.FLOAT32, layout.length(), arena), layout, arena);
  }

  // ---- memory ----

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CpuStorage allocate(DType dtype, int length, @Nullable Arena arena) {
    // Without an arena nobody gives the array back: taking it from the pool would only drain it.
    CpuStorage s =
        switch (dtype) {
          case FLOAT32 ->
              new CpuStorage(
                  this, pool, arena == null ? pool.newFloats(length) : pool.takeFloats(length));
          case INT32 ->
              new CpuStorage(
                  this, pool, arena == null ? pool.newInts(length) : pool.takeInts(length));
        };
    if (arena != null) {
      arena.adopt(s);
    }
    return s;
  }

  // ---- dense kernels ----

  @Override
  public Tensor fromDoubles(Shape shape, DType dtype, double[] values) {
    Tensor t = empty(shape, dtype, null);
    switch (dtype) {
      case FLOAT32 -> {
        float[] a = floats(t);
        for (int i = 0; i < a.length; i++) {
          a[i] = (float) values[i];
        }
      }
      case INT32 -> {
        int[] a = ints(t);
        for (int i = 0; i < a.length; i++) {
          a[i] = (int) values[i];
        }
      }
    }
    return t;
  }

  @Override
  public Tensor fromFloats(Shape shape, float[] values) {
    Tensor t = empty(shape, DType.FLOAT32, null);
    System.arraycopy(values, 0, floats(t), 0, values.length);
    return t;
  }

  @Override
  public Tensor fromInts(Shape shape, int[] values) {
    Tensor t = empty(shape, DType.INT32, null);
    System.arraycopy(values, 0, ints(t), 0, values.length);
    return t;
  }

  @Override
  public void read(Tensor x, double[] out) {
    moves.read(x, out);
  }

  @Override
  public void read(Tensor x, float[] out) {
    moves.read(x, out);
  }

  @Override
  public void read(Tensor x, int[] out) {
    moves.read(x, out);
  }

  @Override
  public Tensor full(Shape shape, DType dtype, double value, @Nullable Arena arena) {
    return moves.full(shape, dtype, value, arena);
  }

  @Override
  public Tensor contiguous(Tensor x, @Nullable Arena arena) {
    return moves.contiguous(x, arena);
  }

  @Override
  public Tensor packed(Tensor x, @Nullable Arena arena) {
    return x.shape().rank() == 4 && x.dtype() == DType.FLOAT32
        ? images.packed(x, arena)
        : contiguous(x, arena);
  }

  /**
   * Images in groups of one vector each, which is what the image kernels walk over anyway: the
   * activations of one group fit the caches, those of a batch do not. Where the groups would leave
   * threads idle, the batch stays whole and each op is shared among the threads instead.
   */
  @Override
  public void forParts(Shape x, Part body) {
    int n = x.dim(0);
    int groups = (n + lanes - 1) / lanes;
    boolean balanced = groups % workers.threads() == 0 || groups > 3 * workers.threads();
    if (x.rank() != 4 || lanes == 1 || groups < 2 || !balanced) {
      body.run(0, n);
      return;
    }
    workers.parallelFor(groups, g -> body.run(g * lanes, Math.min(n, (g + 1) * lanes)));
  }

  @Override
  public void assign(Tensor target, Tensor value) {
    moves.assign(target, value);
  }

  @Override
  public Tensor cast(Tensor x, DType dtype) {
    return elementwise.cast(x, dtype, x.arena());
  }

  @Override
  public Tensor unary(Unary f, Tensor x) {
    return elementwise.unary(f, x);
  }

  @Override
  public Tensor binary(Binary f, Tensor a, Tensor b, Shape out) {
    return elementwise.binary(f, a, b, out);
  }

  @Override
  public Tensor clamp(Tensor x, float low, float high) {
    return elementwise.clamp(x, low, high);
  }

  @Override
  public Tensor where(Tensor condition, Tensor a, Tensor b, Shape out) {
    return elementwise.where(condition, a, b, out);
  }

  @Override
  public Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out) {
    return reductions.reduce(f, x, axes, out);
  }

  @Override
  public Tensor argmax(Tensor x, int axis) {
    return reductions.argmax(x, axis);
  }

  @Override
  public Tensor matmul(Tensor a, Tensor b, Shape out) {
    return matMul.multiply(a, b, out);
  }

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

  @Override
  public Tensor softmax(Tensor x) {
    return reductions.softmax(x);
  }

  @Override
  public Tensor logSoftmax(Tensor x) {
    return reductions.logSoftmax(x);
  }

  // ---- image kernels ----

  @Override
  public Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c) {
    return images.convolution(x, w, bias, residual, relu, c);
  }

  @Override
  public Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive) {
    return images.convolutionInputGradient(dy, w, x, c, added, positive);
  }

  @Override
  public Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    return images.convolutionWeightGradient(dy, x, w, c);
  }

  @Override
  public Tensor averagePool(Tensor x, Pooling p) {
    return images.averagePool(x, p);
  }

  @Override
  public Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    return images.averagePoolGradient(dy, x, p);
  }

  @Override
  public Tensor maxPool(Tensor x, Pooling p) {
    return images.maxPool(x, p);
  }

  @Override
  public Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    return images.maxPoolGradient(dy, x, p);
  }

  @Override
  public Tensor upsampleNearest(Tensor x, int factor) {
    return images.upsampleNearest(x, factor);
  }

  @Override
  public BatchStatistics batchStatistics(Tensor x) {
    return images.batchStatistics(x);
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
    return images.batchNorm(x, statistics, gamma, beta, eps, residual, relu);
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
    return images.batchNormGradient(dy, y, x, statistics, gamma, eps, wantsDx, wantsDresidual);
  }
}
