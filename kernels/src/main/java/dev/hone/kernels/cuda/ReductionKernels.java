package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.StridedLoop.Operand;
import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Reduction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Launches the kernels of reduce.ptx. */
final class ReductionKernels {
  private static final String FAMILY = "reduce";

  /** Up to so many elements one thread adds up, and beyond the other a block does. */
  private static final int ALONE = 16;

  private static final int WARP_MOST = 1024;
  private static final int WARP = 32;

  /** What one block adds up at most; longer sums are cut, so that the whole device has a part. */
  private static final int PIECE = 1 << 14;

  private final CudaBackend backend;

  ReductionKernels(CudaBackend backend) {
    this.backend = backend;
  }

  Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out) {
    Tensor y = backend.empty(out, DType.FLOAT32, x.arena());
    if (out.size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor turned = reducedLast(x.in(temporary), axes);
      int kept = out.size();
      int reduced = x.shape().size() / kept;
      Shape front = part(turned.shape(), 0, turned.shape().rank() - count(axes));
      Shape back = part(turned.shape(), front.rank(), turned.shape().rank());
      List<StridedLoop> loops = loops(turned, front, back);
      if (loops.isEmpty()) {
        turned = turned.contiguous();
        loops = loops(turned, front, back);
      }
      run(f, turned, loops, kept, reduced, y, temporary);
    }
    return y;
  }

  private static int count(boolean[] axes) {
    int n = 0;
    for (boolean axis : axes) {
      n += axis ? 1 : 0;
    }
    return n;
  }

  private static Shape part(Shape s, int from, int to) {
    return Shape.of(java.util.Arrays.copyOfRange(s.dims(), from, to));
  }

  /** x with the axes that are reduced behind those that are kept. */
  private static Tensor reducedLast(Tensor x, boolean[] axes) {
    var order = new ArrayList<Integer>();
    for (boolean last : new boolean[] {false, true}) {
      for (int a = 0; a < axes.length; a++) {
        if (axes[a] == last) {
          order.add(a);
        }
      }
    }
    return x.permute(order.stream().mapToInt(a -> a).toArray());
  }

  /** A loop over the kept axes and one over the reduced; none where one needs more than 4 axes. */
  private static List<StridedLoop> loops(Tensor x, Shape front, Shape back) {
    if (x.shape().size() == 0) { // sums of nothing: no element is looked at
      var nothing = new Operand(0);
      return List.of(
          StridedLoop.over(Shape.of(), nothing).getFirst(),
          StridedLoop.over(Shape.of(), nothing).getFirst());
    }
    int[] strides = CudaBackend.layout(x).strides();
    var kept = new Operand(0, java.util.Arrays.copyOf(strides, front.rank()));
    var reduced =
        new Operand(0, java.util.Arrays.copyOfRange(strides, front.rank(), strides.length));
    List<StridedLoop> outer = StridedLoop.over(front, kept);
    List<StridedLoop> inner = StridedLoop.over(back, reduced);
    return outer.size() > 1 || inner.size() > 1
        ? List.of()
        : List.of(outer.getFirst(), inner.getFirst());
  }

  /** In one launch, or in two where one result has more elements than a piece. */
  private void run(
      Reduction f,
      Tensor x,
      List<StridedLoop> loops,
      int kept,
      int reduced,
      Tensor y,
      @Nullable Arena temporary) {
    long offset = CudaBackend.layout(x).offset();
    float divisor = f == Reduction.MEAN ? reduced : 1;
    int pieces = Math.max(1, Math.ceilDiv(reduced, PIECE));
    Reduction first = f == Reduction.MEAN && pieces > 1 ? Reduction.SUM : f;
    Tensor partial =
        pieces == 1 ? y : backend.empty(Shape.of(kept, pieces), DType.FLOAT32, temporary);
    int team = reduced <= ALONE ? 1 : reduced <= WARP_MOST ? WARP : CudaDevice.THREADS;
    int results = kept * pieces;
    Arguments arguments =
        new Arguments()
            .address(CudaBackend.memory(partial))
            .address(CudaBackend.memory(x), offset)
            .u32(f == Reduction.MAX ? 1 : 0)
            .f32(first == Reduction.MEAN ? divisor : 1)
            .u32(team, results, reduced, pieces, Math.min(PIECE, Math.max(1, reduced)));
    for (StridedLoop loop : loops) {
      loop.strides(loop.extents(arguments), 0);
    }
    backend.device().launch(FAMILY, "reduce", (long) results * team, arguments);
    if (pieces > 1) {
      List<StridedLoop> rest = loops(partial, Shape.of(kept), Shape.of(pieces));
      finish(f, partial, rest, kept, pieces, divisor, y);
    }
  }

  private void finish(
      Reduction f,
      Tensor partial,
      List<StridedLoop> loops,
      int kept,
      int pieces,
      float divisor,
      Tensor y) {
    Arguments arguments =
        new Arguments()
            .address(CudaBackend.memory(y))
            .address(CudaBackend.memory(partial))
            .u32(f == Reduction.MAX ? 1 : 0)
            .f32(divisor)
            .u32(CudaDevice.THREADS, kept, pieces, 1, pieces);
    for (StridedLoop loop : loops) {
      loop.strides(loop.extents(arguments), 0);
    }
    backend.device().launch(FAMILY, "reduce", (long) kept * CudaDevice.THREADS, arguments);
  }

  /** The first elements along {@code axis}. */
  private static Operand without(Layout.Strided layout, int axis) {
    int[] strides = new int[layout.shape().rank() - 1];
    for (int a = 0; a < strides.length; a++) {
      strides[a] = layout.stride(a < axis ? a : a + 1);
    }
    return new Operand(layout.offset(), strides);
  }

  /** {@code []}: the sum of row-major x {@code [M]} over {@code divisor}, which may be 0. */
  Tensor sumDividedBy(Tensor x, float divisor, @Nullable Arena arena) {
    int pieces = x.shape().size();
    Tensor y = backend.empty(Shape.of(), DType.FLOAT32, arena);
    List<StridedLoop> loops = loops(x, Shape.of(), x.shape());
    finish(Reduction.SUM, x, loops, 1, pieces, divisor, y);
    return y;
  }

  Tensor argmax(Tensor x, int axis) {
    Shape out = x.shape().without(axis);
    Tensor y = backend.empty(out, DType.INT32, x.arena());
    CudaBackend.storage(y).range(IntRange.below(x.shape().dim(axis)));
    for (StridedLoop loop :
        StridedLoop.over(out, Operand.rowMajor(out), without(CudaBackend.layout(x), axis))) {
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y), loop.offset(0))
              .address(CudaBackend.memory(x), loop.offset(1))
              .u32(loop.elements(), x.shape().dim(axis), CudaBackend.layout(x).stride(axis));
      loop.strides(loop.extents(arguments), 1);
      backend.device().launch(FAMILY, "argmax", (long) loop.elements() * WARP, arguments);
    }
    return y;
  }
}
