package dev.hone.tensor;

import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Reduction;
import dev.hone.tensor.backend.Storage;
import dev.hone.tensor.backend.Unary;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shape, a layout and a storage. It knows nothing of gradients: {@code autograd} records what is
 * done with it. Methods check shapes and types, in the same words for every backend, and then ask
 * the backend that holds the storage. Tensors are immutable but for {@link #assign}.
 *
 * <p>Names follow PyTorch, in Java's spelling. A tensor computed inside a tape lives until the tape
 * closes; {@link #keep} makes one that stays.
 */
public final class Tensor {
  private final Storage storage;
  private final Layout layout;
  private final @Nullable Arena arena;

  /**
   * For backends: a tensor over {@code storage}; what is computed from it goes to {@code arena}.
   */
  public Tensor(Storage storage, Layout layout, @Nullable Arena arena) {
    this.storage = storage;
    this.layout = layout;
    this.arena = arena;
  }

  // ---- making ----

  /** A float32 tensor of {@code values} in row-major order. */
  public static Tensor of(Backend backend, Shape shape, float... values) {
    requireCount(shape, values.length);
    return backend.fromFloats(shape, values);
  }

  /** An int32 tensor of {@code values} in row-major order. */
  public static Tensor ofInts(Backend backend, Shape shape, int... values) {
    requireCount(shape, values.length);
    return backend.fromInts(shape, values);
  }

  /** A float32 tensor of {@code values}; only a double-precision oracle keeps all their digits. */
  public static Tensor ofDoubles(Backend backend, Shape shape, double... values) {
    requireCount(shape, values.length);
    return backend.fromDoubles(shape, DType.FLOAT32, values);
  }

  private static void requireCount(Shape shape, int count) {
    if (count != shape.size()) {
      throw new ShapeException(
          "tensor: shape "
              + shape
              + " holds "
              + shape.size()
              + " values, but "
              + count
              + " were given");
    }
  }

  /** A float32 scalar, shape {@code []}. */
  public static Tensor scalar(Backend backend, double value) {
    return full(backend, Shape.of(), value);
  }

  public static Tensor zeros(Backend backend, Shape shape) {
    return full(backend, shape, 0);
  }

  public static Tensor ones(Backend backend, Shape shape) {
    return full(backend, shape, 1);
  }

  public static Tensor full(Backend backend, Shape shape, double value) {
    return backend.full(shape, DType.FLOAT32, value, null);
  }

  /** {@code value} everywhere, with this tensor's shape, type, arena and kind of layout. */
  public Tensor fullLike(double value) {
    Tensor full = backend().full(shape(), dtype(), value, arena);
    return layout instanceof Layout.Strided ? full : backend().packed(full, arena);
  }

  /**
   * One row of zeros per index but for a 1 at the index: int32 {@code [N]} to {@code [N, classes]}.
   */
  public Tensor oneHot(int classes) {
    shape().requireRank("one hot", "indices", 1);
    int n = shape().dim(0);
    Tensor ones = backend().full(Shape.of(n, 1), DType.FLOAT32, 1, arena);
    return ones.scatterAdd(1, reshape(n, 1), classes);
  }

  // ---- what it is ----

  public Shape shape() {
    return layout.shape();
  }

  public Layout layout() {
    return layout;
  }

  public DType dtype() {
    return storage.dtype();
  }

  public Backend backend() {
    return storage.backend();
  }

  /** For backends. */
  public Storage storage() {
    return storage;
  }

  /** Where tensors computed from this one live; null: in ordinary memory. */
  public @Nullable Arena arena() {
    return arena;
  }

  /** The arena in which a result of these operands lives: the first that is not null. */
  public static @Nullable Arena arenaOf(@Nullable Tensor... operands) {
    for (Tensor t : operands) {
      if (t != null && t.arena != null) {
        return t.arena;
      }
    }
    return null;
  }

  /** The same elements; what is computed from the returned tensor lives in {@code into}. */
  public Tensor in(@Nullable Arena into) {
    return into == arena ? this : new Tensor(storage, layout, into);
  }

  /** A row-major copy that belongs to no tape and lives as long as it is referred to. */
  public Tensor keep() {
    return backend().contiguous(this, null);
  }

  /** The same values on {@code other}, row-major. */
  public Tensor to(Backend other) {
    if (other == backend()) {
      return this;
    }
    return dtype() == DType.INT32
        ? other.fromInts(shape(), toInts())
        : other.fromDoubles(shape(), dtype(), toDoubles());
  }

  // ---- reading ----

  /** A row-major copy. */
  public float[] toFloats() {
    requireType("toFloats", DType.FLOAT32);
    float[] out = new float[shape().size()];
    backend().read(this, out);
    return out;
  }

  /** A row-major copy. */
  public int[] toInts() {
    requireType("toInts", DType.INT32);
    int[] out = new int[shape().size()];
    backend().read(this, out);
    return out;
  }

  /** A row-major copy, of either type. */
  public double[] toDoubles() {
    double[] out = new double[shape().size()];
    backend().read(this, out);
    return out;
  }

  /** The value of a tensor with one element. */
  public float item() {
    if (shape().size() != 1) {
      throw new ShapeException("item: needs one element, but the shape is " + shape());
    }
    return (float) toDoubles()[0];
  }

  /** The element at {@code index}. Slow: for tests and tables. */
  public float at(int... index) {
    Tensor t = this;
    for (int i : index) {
      t = t.slice(0, i, i + 1).reshape(t.shape().without(0));
    }
    return t.item();
  }

  // ---- layout: no data moves, unless the layout cannot express the result ----

  /** The strided layout of this tensor, or of a copy. */
  public Tensor strided() {
    return layout instanceof Layout.Strided ? this : backend().contiguous(this, arena);
  }

  /** Row-major: this tensor, or a copy. */
  public Tensor contiguous() {
    return layout instanceof Layout.Strided s && s.isContiguous()
        ? this
        : backend().contiguous(this, arena);
  }

  private Layout.Strided stridedLayout() {
    return (Layout.Strided) layout;
  }

  private Tensor view(Layout.Strided edited) {
    return new Tensor(storage, edited, arena);
  }

  /** The elements in row-major order under another shape; one extent may be -1, "the rest". */
  public Tensor reshape(int... dims) {
    int rest = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != -1) {
        known *= dims[i];
      } else if (rest < 0) {
        rest = i;
      } else {
        throw new ShapeException(
            "reshape: only one extent may be -1, but got " + Arrays.toString(dims));
      }
    }
    if (rest >= 0) {
      if (known == 0 || shape().size() % known != 0) {
        throw new ShapeException(
            "reshape: no extent in place of the -1 makes "
                + Arrays.toString(dims)
                + " hold the "
                + shape().size()
                + " elements of "
                + shape());
      }
      dims = dims.clone();
      dims[rest] = (int) (shape().size() / known);
    }
    return reshape(Shape.of(dims));
  }

  /** The elements in row-major order under another shape. */
  public Tensor reshape(Shape to) {
    if (to.size() != shape().size()) {
      throw new ShapeException(
          "reshape: "
              + shape()
              + " has "
              + shape().size()
              + " elements, but "
              + to
              + " has "
              + to.size());
    }
    if (to.equals(shape())) {
      return this;
    }
    Tensor t = strided();
    Layout.Strided edited = t.stridedLayout().reshape(to);
    return edited != null ? t.view(edited) : t.contiguous().reshape(to);
  }

  /** Axis i of the result is axis {@code axes[i]} of this. */
  public Tensor permute(int... axes) {
    Tensor t = strided();
    return t.view(t.stridedLayout().permute(axes));
  }

  /** The last two axes exchanged. */
  public Tensor transpose() {
    int rank = shape().rank();
    if (rank < 2) {
      throw new ShapeException("transpose: needs rank 2 or more, but the shape is " + shape());
    }
    int[] axes = new int[rank];
    for (int a = 0; a < rank; a++) {
      axes[a] = a;
    }
    axes[rank - 1] = rank - 2;
    axes[rank - 2] = rank - 1;
    return permute(axes);
  }

  /** Elements {@code from} (inclusive) to {@code to} (exclusive) of {@code axis}. */
  public Tensor slice(int axis, int from, int to) {
    return slice(axis, from, to, 1);
  }

  /** Every {@code step}-th element of {@code axis} in {@code [from, to)}. */
  public Tensor slice(int axis, int from, int to, int step) {
    Tensor t = strided();
    return t.view(t.stridedLayout().slice(axis, from, to, step));
  }

  /** Broadcast to {@code to}, as a view with strides of 0. */
  public Tensor expand(Shape to) {
    if (to.equals(shape())) {
      return this;
    }
    Tensor t = strided();
    return t.view(t.stridedLayout().expand(to));
  }

  /** A new axis of extent 1 at {@code axis}. */
  public Tensor unsqueeze(int axis) {
    return reshape(shape().inserting(axis, 1));
  }

  /** Without {@code axis}, whose extent must be 1. */
  public Tensor squeeze(int axis) {
    int a = shape().axis("squeeze", axis);
    if (shape().dim(a) != 1) {
      throw new ShapeException(
          "squeeze: axis " + axis + " of " + shape() + " must be 1, but is " + shape().dim(a));
    }
    return reshape(shape().without(a));
  }

  // ---- elementwise ----

  private Tensor unary(Unary f) {
    requireType(f.label(), DType.FLOAT32);
    return backend().unary(f, this);
  }

  private Tensor binary(Binary f, Tensor b) {
    requireSameBackend(f.label(), b);
    if (dtype() != b.dtype()) {
      throw new IllegalArgumentException(
          f.label()
              + ": types differ: "
              + dtype()
              + " "
              + shape()
              + " and "
              + b.dtype()
              + " "
              + b.shape()
              + "; use cast()");
    }
    return backend().binary(f, this, b, Shape.broadcast(f.label(), shape(), b.shape()));
  }

  private Tensor binary(Binary f, double b) {
    if (dtype() == DType.INT32 && b != Math.rint(b)) {
      throw new IllegalArgumentException(
          f.label()
              + ": "
              + b
              + " is not whole, but the tensor is INT32 "
              + shape()
              + "; use cast()");
    }
    return binary(f, backend().full(Shape.of(), dtype(), b, arena));
  }

  public Tensor negate() {
    return unary(Unary.NEGATE);
  }

  public Tensor exp() {
    return unary(Unary.EXP);
  }

  public Tensor log() {
    return unary(Unary.LOG);
  }

  public Tensor sqrt() {
    return unary(Unary.SQRT);
  }

  public Tensor reciprocal() {
    return unary(Unary.RECIPROCAL);
  }

  public Tensor tanh() {
    return unary(Unary.TANH);
  }

  public Tensor sigmoid() {
    return unary(Unary.SIGMOID);
  }

  public Tensor relu() {
    return unary(Unary.RELU);
  }

  public Tensor abs() {
    return unary(Unary.ABS);
  }

  public Tensor sign() {
    return unary(Unary.SIGN);
  }

  public Tensor plus(Tensor b) {
    return binary(Binary.PLUS, b);
  }

  public Tensor plus(double b) {
    return binary(Binary.PLUS, b);
  }

  public Tensor minus(Tensor b) {
    return binary(Binary.MINUS, b);
  }

  public Tensor minus(double b) {
    return binary(Binary.MINUS, b);
  }

  public Tensor times(Tensor b) {
    return binary(Binary.TIMES, b);
  }

  public Tensor times(double b) {
    return binary(Binary.TIMES, b);
  }

  public Tensor dividedBy(Tensor b) {
    return binary(Binary.DIVIDED_BY, b);
  }

  public Tensor dividedBy(double b) {
    return binary(Binary.DIVIDED_BY, b);
  }

  public Tensor pow(Tensor b) {
    return binary(Binary.POW, b);
  }

  public Tensor pow(double b) {
    return binary(Binary.POW, b);
  }

  public Tensor minimum(Tensor b) {
    return binary(Binary.MINIMUM, b);
  }

  public Tensor maximum(Tensor b) {
    return binary(Binary.MAXIMUM, b);
  }

  /** 1 where this &lt; b, else 0; the result of a comparison has its operands' type. */
  public Tensor less(Tensor b) {
    return binary(Binary.LESS, b);
  }

  public Tensor lessEqual(Tensor b) {
    return binary(Binary.LESS_EQUAL, b);
  }

  public Tensor greater(Tensor b) {
    return binary(Binary.GREATER, b);
  }

  public Tensor greaterEqual(Tensor b) {
    return binary(Binary.GREATER_EQUAL, b);
  }

  public Tensor equalTo(Tensor b) {
    return binary(Binary.EQUAL, b);
  }

  public Tensor notEqualTo(Tensor b) {
    return binary(Binary.NOT_EQUAL, b);
  }

  /** This where b &gt; 0, else 0. */
  public Tensor wherePositive(Tensor b) {
    return binary(Binary.WHERE_POSITIVE, b);
  }

  /** min(max(this, low), high). */
  public Tensor clamp(float low, float high) {
    requireType("clamp", DType.FLOAT32);
    if (!(low <= high)) {
      throw new IllegalArgumentException("clamp: needs low <= high, but got " + low + ", " + high);
    }
    return backend().clamp(this, low, high);
  }

  /** a where {@code condition} is not 0, else b; all three broadcast. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    a.requireSameBackend("where", b);
    a.requireSameBackend("where", condition);
    Shape ab = Shape.broadcast("where", a.shape(), b.shape());
    if (a.dtype() != b.dtype()) {
      throw new IllegalArgumentException(
          "where: types differ: " + a.dtype() + " and " + b.dtype() + "; use cast()");
    }
    Shape out = Shape.broadcast("where", condition.shape(), ab);
    return a.backend().where(condition, a, b, out);
  }

  public Tensor cast(DType to) {
    return to == dtype() ? this : backend().cast(this, to);
  }

  // ---- reductions; no axes: over all ----

  private Tensor reduce(Reduction f, boolean keep, int... axes) {
    requireType(f.label(), DType.FLOAT32);
    boolean[] reduced = shape().reducedAxes(f.label(), axes);
    return backend().reduce(f, this, reduced, shape().reduced(keep, axes));
  }

  /** The sum over {@code axes}, which disappear. */
  public Tensor sum(int... axes) {
    return reduce(Reduction.SUM, false, axes);
  }

  /** The sum over {@code axes}, which stay with extent 1 if {@code keep}. */
  public Tensor sum(boolean keep, int... axes) {
    return reduce(Reduction.SUM, keep, axes);
  }

  public Tensor mean(int... axes) {
    return reduce(Reduction.MEAN, false, axes);
  }

  public Tensor mean(boolean keep, int... axes) {
    return reduce(Reduction.MEAN, keep, axes);
  }

  public Tensor max(int... axes) {
    return reduce(Reduction.MAX, false, axes);
  }

  public Tensor max(boolean keep, int... axes) {
    return reduce(Reduction.MAX, keep, axes);
  }

  /** int32: the first index of the largest element along {@code axis}. */
  public Tensor argmax(int axis) {
    requireType("argmax", DType.FLOAT32);
    int a = shape().axis("argmax", axis);
    if (shape().dim(a) == 0) {
      throw new ShapeException(
          "argmax: axis " + axis + " of " + shape() + " is empty, so no element is the largest");
    }
    return backend().argmax(this, a);
  }

  /** Sums the axes along which {@code this} was broadcast from {@code to}: expand's transpose. */
  public Tensor sumTo(Shape to) {
    if (to.equals(shape())) {
      return this;
    }
    if (!to.broadcastsTo(shape())) {
      throw new ShapeException("sumTo: " + shape() + " cannot have been broadcast from " + to);
    }
    int extra = shape().rank() - to.rank();
    int[] axes = new int[shape().rank()];
    int count = 0;
    for (int a = 0; a < axes.length; a++) {
      if (a < extra || (to.dim(a - extra) == 1 && shape().dim(a) != 1)) {
        axes[count++] = a;
      }
    }
    return count == 0 ? reshape(to) : sum(Arrays.copyOf(axes, count)).reshape(to);
  }

  // ---- linear algebra ----

  /** {@code [..., M, K]} times {@code [..., K, N]}; leading axes broadcast. */
  public Tensor matmul(Tensor b) {
    requireType("matmul", DType.FLOAT32);
    b.requireType("matmul", DType.FLOAT32);
    requireSameBackend("matmul", b);
    Shape x = shape();
    Shape w = b.shape();
    if (x.rank() < 2 || w.rank() < 2) {
      throw new ShapeException(
          "matmul: both operands need rank 2 or more, but x is " + x + " and w is " + w);
    }
    if (x.dim(-1) != w.dim(-2)) {
      throw new ShapeException(
          "matmul: inner dimensions differ: x " + x + " and w " + w + transposeHint(x, w));
    }
    Shape lead = leadingAxes(x, w);
    Shape out = lead.inserting(-1, x.dim(-2)).inserting(-1, w.dim(-1));
    return backend().matmul(this, b, out);
  }

  private static String transposeHint(Shape x, Shape w) {
    if (x.dim(-1) == w.dim(-1)) {
      return "; did you mean w.transpose()?";
    }
    return x.dim(-2) == w.dim(-2) ? "; did you mean x.transpose()?" : "";
  }

  private static Shape leadingAxes(Shape x, Shape w) {
    Shape a = x.without(-1).without(-1);
    Shape b = w.without(-1).without(-1);
    if (a.equals(b) || a.rank() == 0 || b.rank() == 0) {
      return a.rank() == 0 ? b : a;
    }
    try {
      return Shape.broadcast("matmul", a, b);
    } catch (ShapeException e) {
      throw new ShapeException(
          "matmul: the leading axes "
              + a
              + " of x "
              + x
              + " and "
              + b
              + " of w "
              + w
              + " do not broadcast; extents must be equal or 1");
    }
  }

  // ---- moving elements ----

  /** The parts one behind the other along {@code axis}. */
  public static Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new ShapeException("concat: needs at least one tensor");
    }
    Tensor first = parts.getFirst();
    int a = first.shape().axis("concat", axis);
    int extent = 0;
    for (Tensor t : parts) {
      first.requireSameBackend("concat", t);
      t.requireType("concat", first.dtype());
      if (t.shape().rank() != first.shape().rank()
          || !t.shape().with(a, 0).equals(first.shape().with(a, 0))) {
        throw new ShapeException(
            "concat: "
                + first.shape()
                + " and "
                + t.shape()
                + " may differ only along axis "
                + axis);
      }
      extent += t.shape().dim(a);
    }
    return first.backend().concat(parts, a, first.shape().with(a, extent));
  }

  /** With {@code before[i]} and {@code after[i]} elements of {@code value} around axis i. */
  public Tensor pad(int[] before, int[] after, float value) {
    int rank = shape().rank();
    if (before.length != rank || after.length != rank) {
      throw new ShapeException(
          "pad: needs a width before and after each of the "
              + rank
              + " axes of "
              + shape()
              + ", but got "
              + before.length
              + " and "
              + after.length);
    }
    int[] d = shape().dims();
    for (int a = 0; a < rank; a++) {
      if (before[a] < 0 || after[a] < 0) {
        throw new ShapeException(
            "pad: widths must not be negative, but axis "
                + a
                + " of "
                + shape()
                + " got "
                + before[a]
                + " and "
                + after[a]
                + "; use slice() to crop");
      }
      d[a] += before[a] + after[a];
    }
    return backend().pad(this, before, Shape.of(d), value);
  }

  /** Along {@code axis}, the elements that int32 {@code index} (of the result's shape) names. */
  public Tensor gather(int axis, Tensor index) {
    index.requireType("gather", DType.INT32);
    requireSameBackend("gather", index);
    int a = shape().axis("gather", axis);
    requireSameBut("gather", a, shape(), index.shape());
    return backend().gather(this, a, index);
  }

  /** Zeros with extent {@code size} along {@code axis}, plus this at the places index names. */
  public Tensor scatterAdd(int axis, Tensor index, int size) {
    index.requireType("scatterAdd", DType.INT32);
    requireSameBackend("scatterAdd", index);
    int a = shape().axis("scatterAdd", axis);
    if (!index.shape().equals(shape())) {
      throw new ShapeException(
          "scatterAdd: index " + index.shape() + " must have the values' shape " + shape());
    }
    return backend().scatterAdd(this, a, index, shape().with(a, size));
  }

  private static void requireSameBut(String op, int axis, Shape x, Shape index) {
    if (index.rank() != x.rank() || !index.with(axis, 0).equals(x.with(axis, 0))) {
      throw new ShapeException(
          op + ": index " + index + " must equal x " + x + " in all axes but " + axis);
    }
  }

  // ---- images: [N, C, H, W] ----

  /** Convolution of x {@code [N, C, H, W]} with w {@code [K, C, KH, KW]}. */
  public Tensor convolution(Tensor w, Convolution c) {
    return convolution(w, null, null, false, c);
  }

  /** act(x conv w + bias + residual); see {@link Backend#convolution}. */
  public Tensor convolution(
      Tensor w, @Nullable Tensor bias, @Nullable Tensor residual, boolean relu, Convolution c) {
    requireType("convolution", DType.FLOAT32);
    requireFloats("convolution", w, bias, residual);
    Shape out = c.output(shape(), w.shape());
    if (bias != null) {
      requireShape("convolution", "bias", bias, Shape.of(w.shape().dim(0)));
    }
    if (residual != null) {
      requireShape("convolution", "residual", residual, out);
    }
    return backend().convolution(this, w, bias, residual, relu, c);
  }

  /** This as dy {@code [N, K, OH, OW]}: the gradient of x {@code [N, C, H, W]}. */
  public Tensor convolutionInputGradient(Tensor w, Shape x, Convolution c) {
    return convolutionInputGradient(w, x, c, null, null);
  }

  /**
   * This as dy {@code [N, K, OH, OW]}: the gradient of x {@code [N, C, H, W]} plus {@code added},
   * and 0 unless {@code positive} &gt; 0, in one pass.
   *
   * @param added {@code [N, C, H, W]} or null
   * @param positive {@code [N, C, H, W]} or null
   */
  public Tensor convolutionInputGradient(
      Tensor w, Shape x, Convolution c, @Nullable Tensor added, @Nullable Tensor positive) {
    requireFloats("convolution input gradient", this, w, added, positive);
    requireShape("convolution input gradient", "dy", this, c.output(x, w.shape()));
    if (added != null) {
      requireShape("convolution input gradient", "added", added, x);
    }
    if (positive != null) {
      requireShape("convolution input gradient", "positive", positive, x);
    }
    return backend().convolutionInputGradient(this, w, x, c, added, positive);
  }

  /** This as dy {@code [N, K, OH, OW]}: the gradient of w {@code [K, C, KH, KW]}. */
  public Tensor convolutionWeightGradient(Tensor x, Shape w, Convolution c) {
    requireFloats("convolution weight gradient", this, x);
    requireShape("convolution weight gradient", "dy", this, c.output(x.shape(), w));
    return backend().convolutionWeightGradient(this, x, w, c);
  }

  public Tensor averagePool(Pooling p) {
    requireFloats("average pool", this);
    p.output(shape());
    return backend().averagePool(this, p);
  }

  /** This as dy: the gradient of x. */
  public Tensor averagePoolGradient(Shape x, Pooling p) {
    requireFloats("average pool gradient", this);
    requireShape("average pool gradient", "dy", this, p.output(x));
    return backend().averagePoolGradient(this, x, p);
  }

  public Tensor maxPool(Pooling p) {
    requireFloats("max pool", this);
    p.output(shape());
    return backend().maxPool(this, p);
  }

  /** This as dy: the gradient of x. */
  public Tensor maxPoolGradient(Tensor x, Pooling p) {
    requireFloats("max pool gradient", this, x);
    requireShape("max pool gradient", "dy", this, p.output(x.shape()));
    return backend().maxPoolGradient(this, x, p);
  }

  /** {@code [N, C, H, W]} to {@code [N, C, factor H, factor W]} by repetition. */
  public Tensor upsampleNearest(int factor) {
    requireFloats("upsample", this);
    shape().requireRank("upsample", "x", 4);
    if (factor < 1) {
      throw new IllegalArgumentException("upsample: factor must be positive, but is " + factor);
    }
    return backend().upsampleNearest(this, factor);
  }

  /** Mean and biased variance per channel of {@code [N, C, ...]}. */
  public BatchStatistics batchStatistics() {
    requireType("batch statistics", DType.FLOAT32);
    if (shape().rank() < 2 || shape().size() == 0) {
      throw new ShapeException(
          "batch statistics: need at least one element per channel of [N, C, ...], but x is "
              + shape());
    }
    return backend().batchStatistics(this);
  }

  /** See {@link Backend#batchNorm}. */
  public Tensor batchNorm(
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    requireFloats("batch norm", this, gamma, beta, residual);
    requireFloats("batch norm", statistics.mean(), statistics.variance());
    if (shape().rank() < 2) {
      throw new ShapeException("batch norm: x must be [N, C, ...], but its shape is " + shape());
    }
    Shape perChannel = Shape.of(shape().dim(1));
    requireShape("batch norm", "mean", statistics.mean(), perChannel);
    requireShape("batch norm", "variance", statistics.variance(), perChannel);
    requireShape("batch norm", "gamma", gamma, perChannel);
    requireShape("batch norm", "beta", beta, perChannel);
    if (residual != null) {
      requireShape("batch norm", "residual", residual, shape());
    }
    return backend().batchNorm(this, statistics, gamma, beta, eps, residual, relu);
  }

  // ---- softmax over the last axis ----

  public Tensor softmax() {
    requireType("softmax", DType.FLOAT32);
    shape().axis("softmax", -1);
    return backend().softmax(this);
  }

  public Tensor logSoftmax() {
    requireType("log softmax", DType.FLOAT32);
    shape().axis("log softmax", -1);
    return backend().logSoftmax(this);
  }

  // ---- writing ----

  /**
   * Overwrites this tensor, which owns its memory, with {@code value} of the same shape: a
   * parameter, a buffer, or what else stays from step to step.
   */
  public void assign(Tensor value) {
    requireSameBackend("assign", value);
    value.requireType("assign", dtype());
    requireShape("assign", "value", value, shape());
    backend().assign(this, value);
  }

  // ---- checks ----

  private void requireType(String op, DType type) {
    if (dtype() != type) {
      throw new IllegalArgumentException(
          op + ": needs " + type + ", but got " + dtype() + " " + shape() + "; use cast()");
    }
  }

  /** The operands that are there must be float32 and live on this tensor's backend. */
  private void requireFloats(String op, @Nullable Tensor... operands) {
    for (Tensor t : operands) {
      if (t != null) {
        t.requireType(op, DType.FLOAT32);
        requireSameBackend(op, t);
      }
    }
  }

  private void requireSameBackend(String op, Tensor b) {
    if (b.backend() != backend()) {
      throw new IllegalArgumentException(
          op
              + ": operands are on different backends, "
              + backend().name()
              + " and "
              + b.backend().name()
              + "; use to()");
    }
  }

  private static void requireShape(String op, String operand, Tensor t, Shape expected) {
    if (!t.shape().equals(expected)) {
      throw new ShapeException(
          op + ": " + operand + " must have shape " + expected + ", but has " + t.shape());
    }
  }

  @Override
  public String toString() {
    return TensorPrinter.print(this);
  }
}
