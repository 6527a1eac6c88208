package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.StridedLoop.Operand;
import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Launches the kernels of moves.ptx: elements put elsewhere. */
final class MovingKernels {
  private static final String FAMILY = "moves";

  /** From so many parts on, a table and one launch are less than a launch for each. */
  private static final int MANY = 3;

  private final CudaBackend backend;
  private final PieceKernels pieces;

  MovingKernels(CudaBackend backend) {
    this.backend = backend;
    this.pieces = new PieceKernels(backend);
  }

  /** A row-major copy of x in {@code arena}. */
  Tensor contiguous(Tensor x, @Nullable Arena arena) {
    Tensor y = backend.empty(x.shape(), x.dtype(), arena);
    CudaBackend.storage(y).range(CudaBackend.storage(x).range());
    copy(y, CudaBackend.layout(y), x);
    return y;
  }

  /** Writes x where {@code target}, a layout of x's shape, places it in y. */
  void copy(Tensor y, Layout.Strided target, Tensor x) {
    Layout.Strided from = CudaBackend.layout(x);
    for (StridedLoop loop : StridedLoop.over(x.shape(), Operand.of(target), Operand.of(from))) {
      DeviceMemory to = CudaBackend.memory(y);
      DeviceMemory source = CudaBackend.memory(x);
      if (isOnePiece(loop)) {
        backend
            .device()
            .copy(
                CudaDevice.words(to, loop.offset(0), loop.elements()),
                CudaDevice.words(source, loop.offset(1), loop.elements()));
        continue;
      }
      Arguments arguments =
          new Arguments()
              .address(to, loop.offset(0))
              .address(source, loop.offset(1))
              .u32(loop.elements());
      loop.strides(loop.strides(loop.extents(arguments), 0), 1);
      backend.device().launch(FAMILY, "copy", loop.elements(), arguments);
    }
  }

  private static boolean isOnePiece(StridedLoop loop) {
    return loop.elements() == 1
        || (loop.elements() == loop.extents().getFirst()
            && loop.strides().stream().allMatch(strides -> strides.getFirst() == 1));
  }

  /** Overwrites {@code parts}, one behind the other, with {@code whole}. */
  void split(Tensor whole, List<Tensor> parts) {
    boolean rowMajor = parts.stream().allMatch(p -> CudaBackend.layout(p).isContiguous());
    if (rowMajor) {
      pieces.split(whole, parts);
      return;
    }
    int from = 0;
    for (Tensor part : parts) {
      int to = from + part.shape().size();
      backend.assign(part, whole.slice(0, from, to).reshape(part.shape()));
      from = to;
    }
  }

  Tensor concat(List<Tensor> parts, int axis, Shape out) {
    Arena arena = Tensor.arenaOf(parts.toArray(Tensor[]::new));
    Tensor y = backend.empty(out, parts.getFirst().dtype(), arena);
    if (parts.size() >= MANY && isOneBehindTheOther(out, axis)) {
      pieces.join(y, parts);
      return y;
    }
    int from = 0;
    for (Tensor part : parts) {
      int to = from + part.shape().dim(axis);
      copy(y, CudaBackend.layout(y.slice(axis, from, to)), part);
      from = to;
    }
    return y;
  }

  /** Whether the parts of a concatenation along {@code axis} are pieces of its memory. */
  private static boolean isOneBehindTheOther(Shape out, int axis) {
    for (int a = 0; a < axis; a++) {
      if (out.dim(a) != 1) {
        return false;
      }
    }
    return true;
  }

  Tensor pad(Tensor x, int[] before, Shape out, float value) {
    Tensor y = backend.full(out, x.dtype(), value, x.arena());
    Tensor inside = y;
    for (int a = 0; a < before.length; a++) {
      inside = inside.slice(a, before[a], before[a] + x.shape().dim(a));
    }
    copy(y, CudaBackend.layout(inside), x);
    return y;
  }

  /** Each pixel becomes a square: a copy of a view in which it is repeated. */
  Tensor upsampleNearest(Tensor x, int factor) {
    int[] d = x.shape().dims();
    Shape out = Shape.of(d[0], d[1], d[2] * factor, d[3] * factor);
    try (Arena temporary = new Arena()) {
      Tensor repeated =
          x.in(temporary)
              .contiguous()
              .reshape(d[0], d[1], d[2], 1, d[3], 1)
              .expand(Shape.of(d[0], d[1], d[2], factor, d[3], factor));
      return contiguous(repeated, x.arena()).reshape(out);
    }
  }

  Tensor gather(Tensor x, int axis, Tensor index) {
    Tensor y = backend.empty(index.shape(), x.dtype(), Tensor.arenaOf(x, index));
    Layout.Strided layout = CudaBackend.layout(x);
    int[] steady = layout.strides();
    steady[axis] = 0;
    Operand[] operands = {
      Operand.rowMajor(index.shape()),
      new Operand(layout.offset(), steady),
      Operand.of(CudaBackend.layout(index))
    };
    DeviceMemory wrong = backend.device().allocate(1);
    try (wrong) {
      backend.device().fill(wrong, 0);
      for (StridedLoop loop : StridedLoop.over(index.shape(), operands)) {
        Arguments arguments =
            new Arguments()
                .address(CudaBackend.memory(y), loop.offset(0))
                .address(CudaBackend.memory(x), loop.offset(1))
                .address(CudaBackend.memory(index), loop.offset(2))
                .address(wrong)
                .u32(loop.elements(), x.shape().dim(axis), layout.stride(axis));
        loop.strides(loop.strides(loop.extents(arguments), 1), 2);
        backend.device().launch(FAMILY, "gather", loop.elements(), arguments);
      }
      requireInside("gather", wrong, index, axis, x.shape());
    }
    return y;
  }

  /**
   * The device cannot throw. What is known of the indices mostly shows that it need not; else this
   * waits for it and looks.
   */
  private void requireInside(String op, DeviceMemory wrong, Tensor index, int axis, Shape shape) {
    if (CudaBackend.storage(index).range().isWithin(shape.dim(axis))) {
      return;
    }
    int[] flag = {0};
    backend.device().download(flag, wrong, 0);
    if (flag[0] == 0) {
      return;
    }
    for (int i : index.toInts()) {
      if (i < 0 || i >= shape.dim(axis)) {
        throw new IndexOutOfBoundsException(
            "%s: index %d is outside axis %d of shape %s".formatted(op, i, axis, shape));
      }
    }
    throw new IllegalStateException(op + ": the device found an index outside that is not there");
  }

  Tensor scatterAdd(Tensor x, int axis, Tensor index, Shape out) {
    Tensor y = backend.full(out, x.dtype(), 0, Tensor.arenaOf(x, index));
    int[] d = x.shape().dims();
    int inner = 1;
    for (int a = axis + 1; a < d.length; a++) {
      inner *= d[a];
    }
    if (x.shape().size() == 0) {
      return y;
    }
    DeviceMemory wrong = backend.device().allocate(1);
    try (wrong;
        Arena temporary = new Arena()) {
      backend.device().fill(wrong, 0);
      Tensor values = x.in(temporary).contiguous();
      Tensor places = index.in(temporary).contiguous();
      int lines = x.shape().size() / d[axis];
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y))
              .address(CudaBackend.memory(values), CudaBackend.layout(values).offset())
              .address(CudaBackend.memory(places), CudaBackend.layout(places).offset())
              .address(wrong)
              .u32(lines, d[axis], out.dim(axis), inner, x.dtype() == DType.INT32 ? 1 : 0);
      backend.device().launch(FAMILY, "scatter_add", lines, arguments);
      requireInside("scatterAdd", wrong, index, axis, out);
    }
    return y;
  }
}
