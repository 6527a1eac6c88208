package dev.hone.kernels.cpu;

import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;
import org.jspecify.annotations.Nullable;

/**
 * Functions of one, two or three elements, broadcasting. Images stay in {@link Layout.BatchLanes}
 * where every operand has an image form: then the work is done on the flat storage as a matrix
 * {@code [pixels, C * lanes]}. Otherwise operands are made strided first.
 */
final class Elementwise {
  private final CpuBackend backend;
  private final Rows rows;

  Elementwise(CpuBackend backend, Rows rows) {
    this.backend = backend;
    this.rows = rows;
  }

  // ---- the functions ----

  Tensor unary(Unary f, Tensor x) {
    return apply(
        false,
        x.shape(),
        x.arena(),
        (y, in) -> {
          float[] from = CpuBackend.floats(in[0]);
          float[] to = CpuBackend.floats(y);
          nest(y, in)
              .forEach(backend.workers(), (at, n) -> rows.unary(f, from, at[1], to, at[0], n));
        },
        x);
  }

  Tensor clamp(Tensor x, float low, float high) {
    return apply(
        false,
        x.shape(),
        x.arena(),
        (y, in) -> {
          float[] from = CpuBackend.floats(in[0]);
          float[] to = CpuBackend.floats(y);
          nest(y, in)
              .forEach(
                  backend.workers(), (at, n) -> rows.clamp(from, at[1], low, high, to, at[0], n));
        },
        x);
  }

  Tensor binary(Binary f, Tensor a, Tensor b, Shape out) {
    Arena arena = Tensor.arenaOf(a, b);
    return a.dtype() == DType.INT32
        ? intBinary(f, a, b, out, arena)
        : apply(true, out, arena, (y, in) -> floatBinary(f, y, in), a, b);
  }

  private void floatBinary(Binary f, Tensor y, Tensor[] in) {
    float[] a = CpuBackend.floats(in[0]);
    float[] b = CpuBackend.floats(in[1]);
    float[] to = CpuBackend.floats(y);
    Nest nest = nest(y, in);
    int aStep = nest.step(1);
    int bStep = nest.step(2);
    nest.forEach(
        backend.workers(),
        (at, n) -> rows.binary(f, a, at[1], aStep, b, at[2], bStep, to, at[0], n));
  }

  private Tensor intBinary(Binary f, Tensor a, Tensor b, Shape out, @Nullable Arena arena) {
    Tensor y = backend.empty(out, DType.INT32, arena);
    int[] x = CpuBackend.ints(a);
    int[] z = CpuBackend.ints(b);
    int[] to = CpuBackend.ints(y);
    Nest nest = nest(y, a.expand(out), b.expand(out));
    int aStep = nest.step(1);
    int bStep = nest.step(2);
    nest.forEach(
        backend.workers(),
        (at, n) -> IntRows.binary(f, x, at[1], aStep, z, at[2], bStep, to, at[0], n));
    return y;
  }

  Tensor where(Tensor condition, Tensor a, Tensor b, Shape out) {
    try (Arena temporary = new Arena()) {
      Arena arena = Tensor.arenaOf(condition, a, b);
      Tensor c = cast(condition.in(temporary), DType.FLOAT32, temporary);
      if (a.dtype() == DType.INT32) {
        return intWhere(c.strided(), a, b, out, arena);
      }
      return apply(false, out, arena, this::floatWhere, c, a, b);
    }
  }

  private void floatWhere(Tensor y, Tensor[] in) {
    float[] c = CpuBackend.floats(in[0]);
    float[] a = CpuBackend.floats(in[1]);
    float[] b = CpuBackend.floats(in[2]);
    float[] to = CpuBackend.floats(y);
    nest(y, in)
        .forEach(
            backend.workers(), (at, n) -> rows.where(c, at[1], a, at[2], b, at[3], to, at[0], n));
  }

  private Tensor intWhere(Tensor c, Tensor a, Tensor b, Shape out, @Nullable Arena arena) {
    Tensor y = backend.empty(out, DType.INT32, arena);
    float[] chosen = CpuBackend.floats(c);
    int[] x = CpuBackend.ints(a);
    int[] z = CpuBackend.ints(b);
    int[] to = CpuBackend.ints(y);
    Nest nest = nest(y, c.expand(out), a.expand(out), b.expand(out));
    int cStep = nest.step(1);
    int aStep = nest.step(2);
    int bStep = nest.step(3);
    nest.forEach(
        backend.workers(),
        (at, n) -> {
          for (int i = 0; i < n; i++) {
            boolean first = chosen[at[1] + i * cStep] != 0;
            to[at[0] + i] = first ? x[at[2] + i * aStep] : z[at[3] + i * bStep];
          }
        });
    return y;
  }

  /** x as {@code dtype}: x itself where it is that already. */
  Tensor cast(Tensor x, DType dtype, @Nullable Arena arena) {
    if (x.dtype() == dtype) {
      return x;
    }
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).strided();
      Tensor y = backend.empty(x.shape(), dtype, arena);
      Nest nest = nest(y, from);
      int step = nest.step(1);
      switch (dtype) {
        case FLOAT32 -> {
          int[] a = CpuBackend.ints(from);
          float[] to = CpuBackend.floats(y);
          nest.forEach(
              backend.workers(),
              (at, n) -> {
                for (int i = 0; i < n; i++) {
                  to[at[0] + i] = a[at[1] + i * step];
                }
              });
        }
        case INT32 -> {
          float[] a = CpuBackend.floats(from);
          int[] to = CpuBackend.ints(y);
          nest.forEach(
              backend.workers(),
              (at, n) -> {
                for (int i = 0; i < n; i++) {
                  to[at[0] + i] = (int) a[at[1] + i * step];
                }
              });
        }
      }
      return y;
    }
  }

  // ---- layouts ----

  /** Fills y from operands of its shape, all strided, y row-major. */
  private interface Body {
    void run(Tensor y, Tensor[] in);
  }

  /**
   * Runs {@code body} on operands in a common form, with steps of 1 along rows.
   *
   * @param steady whether steps of 0 may stay
   */
  private Tensor apply(
      boolean steady, Shape out, @Nullable Arena arena, Body body, Tensor... operands) {
    try (Arena temporary = new Arena()) {
      Tensor[] in = new Tensor[operands.length];
      if (staysImages(out, operands)) {
        Tensor y = backend.emptyImages(out, arena);
        Shape flat = flat((Layout.BatchLanes) y.layout());
        for (int i = 0; i < in.length; i++) {
          in[i] = spread(steady, flatten(operands[i].in(temporary), out, flat));
        }
        body.run(new Tensor(y.storage(), flatLayout(flat), null), in);
        return y;
      }
      for (int i = 0; i < in.length; i++) {
        in[i] = spread(steady, rowsOf(operands[i].in(temporary).strided(), out));
      }
      Tensor y = backend.empty(out, DType.FLOAT32, arena);
      body.run(y, in);
      return y;
    }
  }

  private static boolean staysImages(Shape out, Tensor... operands) {
    boolean any = false;
    for (Tensor t : operands) {
      if (t.shape().equals(out)) {
        any |= t.layout() instanceof Layout.BatchLanes;
      } else if (t.shape().size() != 1 && !perChannel(t.shape(), out)) {
        return false;
      }
    }
    return any;
  }

  /** Whether {@code s} is {@code [C, 1, 1]} or {@code [1, C, 1, 1]} for out's C. */
  private static boolean perChannel(Shape s, Shape out) {
    return out.rank() == 4
        && (s.rank() == 3 || (s.rank() == 4 && s.dim(0) == 1))
        && s.dim(-3) == out.dim(1)
        && s.size() == out.dim(1);
  }

  private static Shape flat(Layout.BatchLanes layout) {
    Shape s = layout.shape();
    return Shape.of(layout.groups() * s.dim(2) * s.dim(3), s.dim(1) * layout.lanes());
  }

  /** All lanes of images as rows of {@code flat}. */
  private static Layout.Strided flatLayout(Shape flat) {
    return Layout.Strided.contiguous(flat, Layout.BatchLanes.START);
  }

  private Tensor flatten(Tensor t, Shape out, Shape flat) {
    if (t.layout() instanceof Layout.Strided s && s.isOneElement()) {
      return oneElement(t).expand(flat);
    }
    if (t.shape().equals(out)) {
      Tensor images =
          t.layout() instanceof Layout.BatchLanes ? t : backend.images().toBatchLanes(t);
      return new Tensor(images.storage(), flatLayout(flat), images.arena());
    }
    Tensor s = t.strided();
    if (t.shape().size() == 1) {
      return s.reshape(Shape.of(1, 1)).expand(flat);
    }
    int channels = out.dim(1);
    Tensor perLane = s.reshape(Shape.of(channels, 1)).expand(Shape.of(channels, backend.lanes()));
    return perLane.reshape(Shape.of(1, channels * backend.lanes())).expand(flat);
  }

  /** The element that all of t's places share, {@code [1, 1]}. */
  private static Tensor oneElement(Tensor t) {
    Tensor one = t;
    for (int a = 0; a < t.shape().rank(); a++) {
      one = t.shape().dim(a) == 1 ? one : one.slice(a, 0, 1);
    }
    return one.reshape(Shape.of(1, 1));
  }

  /** x broadcast to {@code out}; copied if its rows would have steps other than 0 and 1. */
  private static Tensor rowsOf(Tensor x, Shape out) {
    Tensor wide = x.expand(out);
    int step = stepOf(wide);
    return step == 0 || step == 1 ? wide : x.contiguous().expand(out);
  }

  private static Nest nest(Tensor y, Tensor... in) {
    Layout.Strided[] layouts = new Layout.Strided[in.length + 1];
    layouts[0] = (Layout.Strided) y.layout();
    for (int i = 0; i < in.length; i++) {
      layouts[i + 1] = (Layout.Strided) in[i].layout();
    }
    return Nest.of(y.shape(), layouts);
  }

  /** x, or a copy if its rows have a step of 0 and may not. */
  private Tensor spread(boolean steady, Tensor x) {
    return steady || stepOf(x) == 1 ? x : backend.contiguous(x, x.arena());
  }

  /** The step along rows as {@link Nest} cuts them: that of the last axis which has any. */
  private static int stepOf(Tensor x) {
    Shape shape = x.shape();
    for (int a = shape.rank() - 1; a >= 0; a--) {
      if (shape.dim(a) != 1) {
        return ((Layout.Strided) x.layout()).stride(a);
      }
    }
    return 1;
  }
}
