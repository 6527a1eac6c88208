package dev.hone.kernels.cpu;

import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What moves elements without computing with them. Targets are views: slices do the indexing. */
final class Moves {
  /** A transposed copy reads whole cache lines of 16 floats, ... */
  private static final int TILE = 16;

  /** ... and no more of them at a time than one set of the cache holds. */
  private static final int LINES = 8;

  private final CpuBackend backend;

  Moves(CpuBackend backend) {
    this.backend = backend;
  }

  Tensor full(Shape shape, DType dtype, double value, @Nullable Arena arena) {
    Tensor y = backend.empty(shape, dtype, arena);
    switch (dtype) {
      case FLOAT32 -> Arrays.fill(CpuBackend.floats(y), (float) value);
      case INT32 -> Arrays.fill(CpuBackend.ints(y), (int) value);
    }
    return y;
  }

  Tensor contiguous(Tensor x, @Nullable Arena arena) {
    return switch (x.layout()) {
      case Layout.BatchLanes images -> backend.images().toStrided(x, arena);
      case Layout.Strided from -> {
        Tensor y = backend.empty(x.shape(), x.dtype(), arena);
        copy(x, y);
        yield y;
      }
    };
  }

  /** Copies {@code from} to {@code to}: strided, of the same shape and type, not overlapping. */
  private void copy(Tensor from, Tensor to) {
    Layout.Strided source = (Layout.Strided) from.layout();
    Layout.Strided target = (Layout.Strided) to.layout();
    int adjacent = adjacentAxis(source);
    if (adjacent >= 0 && from.dtype() == DType.FLOAT32) {
      transpose(from, to, adjacent);
      return;
    }
    Nest nest = Nest.of(from.shape(), source, target);
    int step = nest.step(0);
    int toStep = nest.step(1);
    switch (from.dtype()) {
      case FLOAT32 -> {
        float[] x = CpuBackend.floats(from);
        float[] y = CpuBackend.floats(to);
        nest.forEach(
            backend.workers(),
            (at, n) -> {
              if (step == 1 && toStep == 1) {
                System.arraycopy(x, at[0], y, at[1], n);
                return;
              }
              for (int i = 0; i < n; i++) {
                y[at[1] + i * toStep] = x[at[0] + i * step];
              }
            });
      }
      case INT32 -> {
        int[] x = CpuBackend.ints(from);
        int[] y = CpuBackend.ints(to);
        nest.forEach(
            backend.workers(),
            (at, n) -> {
              for (int i = 0; i < n; i++) {
                y[at[1] + i * toStep] = x[at[0] + i * step];
              }
            });
      }
    }
  }

  /** The axis before the last along which source's elements are adjacent, or -1. */
  private static int adjacentAxis(Layout.Strided source) {
    Shape shape = source.shape();
    if (shape.rank() < 2 || shape.dim(-1) < TILE || source.stride(-1) <= 1) {
      return -1;
    }
    for (int a = 0; a < shape.rank() - 1; a++) {
      if (source.stride(a) == 1 && shape.dim(a) >= TILE) {
        return a;
      }
    }
    return -1;
  }

  /**
   * In rectangles that stay in the cache: row by row every element would fetch a line of its own.
   */
  private void transpose(Tensor from, Tensor to, int adjacent) {
    Layout.Strided source = (Layout.Strided) from.layout();
    Layout.Strided target = (Layout.Strided) to.layout();
    int last = from.shape().rank() - 1;
    int down = from.shape().dim(adjacent);
    int across = from.shape().dim(last);
    int fromStep = source.stride(last);
    int toStep = target.stride(last);
    int toDown = target.stride(adjacent);
    float[] x = CpuBackend.floats(from);
    float[] y = CpuBackend.floats(to);
    Tensor fromCorner = from.slice(adjacent, 0, 1).slice(last, 0, 1);
    Tensor toCorner = to.slice(adjacent, 0, 1).slice(last, 0, 1);
    Nest corners =
        Nest.of(
            fromCorner.shape(),
            (Layout.Strided) fromCorner.layout(),
            (Layout.Strided) toCorner.layout());
    int step = corners.step(0);
    int cornerStep = corners.step(1);
    Workers.Task stripe =
        task -> {
          int i0 = task * TILE;
          int i1 = Math.min(down, i0 + TILE);
          corners.range(
              0,
              corners.pieces(),
              (at, n) -> {
                for (int c = 0; c < n; c++) {
                  for (int j0 = 0; j0 < across; j0 += LINES) {
                    int j1 = Math.min(across, j0 + LINES);
                    for (int i = i0; i < i1; i++) {
                      int a = at[0] + c * step + i;
                      int b = at[1] + c * cornerStep + i * toDown;
                      for (int j = j0; j < j1; j++) {
                        y[b + j * toStep] = x[a + j * fromStep];
                      }
                    }
                  }
                }
              });
        };
    int stripes = (down + TILE - 1) / TILE;
    if (from.shape().size() > Nest.TASK_ELEMENTS) {
      backend.workers().parallelFor(stripes, stripe);
      return;
    }
    for (int t = 0; t < stripes; t++) {
      stripe.run(t);
    }
  }

  void assign(Tensor target, Tensor value) {
    if (target.layout() instanceof Layout.BatchLanes) {
      backend.images().assign(target, value);
      return;
    }
    try (Arena temporary = new Arena()) {
      // A view of the target itself may overlap it in any way: copy it out first.
      Tensor from =
          value.storage() == target.storage()
              ? backend.contiguous(value, temporary)
              : value.in(temporary).strided();
      copy(from, target);
      ((CpuStorage) target.storage()).written();
    }
  }

  /** x row-major: x itself if it is that from its storage's start, else a copy. */
  private Tensor rowMajor(Tensor x, Arena temporary) {
    return x.layout() instanceof Layout.Strided s && s.isContiguous()
        ? x
        : backend.contiguous(x, temporary);
  }

  void read(Tensor x, double[] out) {
    try (Arena temporary = new Arena()) {
      Tensor from = rowMajor(x, temporary);
      int offset = ((Layout.Strided) from.layout()).offset();
      switch (x.dtype()) {
        case FLOAT32 -> {
          float[] a = CpuBackend.floats(from);
          for (int i = 0; i < x.shape().size(); i++) {
            out[i] = a[offset + i];
          }
        }
        case INT32 -> {
          int[] a = CpuBackend.ints(from);
          for (int i = 0; i < x.shape().size(); i++) {
            out[i] = a[offset + i];
          }
        }
      }
    }
  }

  void read(Tensor x, float[] out) {
    try (Arena temporary = new Arena()) {
      Tensor from = rowMajor(x, temporary);
      int offset = ((Layout.Strided) from.layout()).offset();
      System.arraycopy(CpuBackend.floats(from), offset, out, 0, x.shape().size());
    }
  }

  void read(Tensor x, int[] out) {
    try (Arena temporary = new Arena()) {
      Tensor from = rowMajor(x, temporary);
      int offset = ((Layout.Strided) from.layout()).offset();
      System.arraycopy(CpuBackend.ints(from), offset, out, 0, x.shape().size());
    }
  }

  Tensor concat(List<Tensor> parts, int axis, Shape out) {
    Arena arena = Tensor.arenaOf(parts.toArray(Tensor[]::new));
    Tensor y = backend.empty(out, parts.getFirst().dtype(), arena);
    try (Arena temporary = new Arena()) {
      int from = 0;
      for (Tensor part : parts) {
        int to = from + part.shape().dim(axis);
        copy(part.in(temporary).strided(), y.slice(axis, from, to));
        from = to;
      }
    }
    return y;
  }

  Tensor pad(Tensor x, int[] before, Shape out, float value) {
    Tensor y = full(out, x.dtype(), value, x.arena());
    Tensor middle = y;
    for (int a = 0; a < before.length; a++) {
      middle = middle.slice(a, before[a], before[a] + x.shape().dim(a));
    }
    try (Arena temporary = new Arena()) {
      copy(x.in(temporary).strided(), middle);
    }
    return y;
  }

  Tensor gather(Tensor x, int axis, Tensor index) {
    Tensor y = backend.empty(index.shape(), x.dtype(), Tensor.arenaOf(x, index));
    int extent = x.shape().dim(axis);
    if (y.shape().size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).strided();
      int stride = ((Layout.Strided) from.layout()).stride(axis);
      Nest nest = along("gather", from, axis, index, y);
      int[] indices = CpuBackend.ints(index);
      int step = nest.step(0);
      int fromStep = nest.step(1);
      Nest.Row row =
          switch (x.dtype()) {
            case FLOAT32 -> {
              float[] a = CpuBackend.floats(from);
              float[] b = CpuBackend.floats(y);
              yield (at, n) -> {
                for (int i = 0; i < n; i++) {
                  int k = check("gather", indices[at[0] + i * step], extent);
                  b[at[2] + i] = a[at[1] + i * fromStep + k * stride];
                }
              };
            }
            case INT32 -> {
              int[] a = CpuBackend.ints(from);
              int[] b = CpuBackend.ints(y);
              yield (at, n) -> {
                for (int i = 0; i < n; i++) {
                  int k = check("gather", indices[at[0] + i * step], extent);
                  b[at[2] + i] = a[at[1] + i * fromStep + k * stride];
                }
              };
            }
          };
      nest.forEach(backend.workers(), row);
    }
    return y;
  }

  /** In x's row-major order, on one thread: the order of a sum is part of its bits. */
  Tensor scatterAdd(Tensor x, int axis, Tensor index, Shape out) {
    Tensor y = full(out, x.dtype(), 0, Tensor.arenaOf(x, index));
    int extent = out.dim(axis);
    if (x.shape().size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).strided();
      int stride = ((Layout.Strided) y.layout()).stride(axis);
      Nest nest = along("scatterAdd", y, axis, index, from);
      int[] indices = CpuBackend.ints(index);
      int step = nest.step(0);
      int toStep = nest.step(1);
      int fromStep = nest.step(2);
      Nest.Row row =
          switch (x.dtype()) {
            case FLOAT32 -> {
              float[] a = CpuBackend.floats(from);
              float[] b = CpuBackend.floats(y);
              yield (at, n) -> {
                for (int i = 0; i < n; i++) {
                  int k = check("scatterAdd", indices[at[0] + i * step], extent);
                  b[at[1] + i * toStep + k * stride] += a[at[2] + i * fromStep];
                }
              };
            }
            case INT32 -> {
              int[] a = CpuBackend.ints(from);
              int[] b = CpuBackend.ints(y);
              yield (at, n) -> {
                for (int i = 0; i < n; i++) {
                  int k = check("scatterAdd", indices[at[0] + i * step], extent);
                  b[at[1] + i * toStep + k * stride] += a[at[2] + i * fromStep];
                }
              };
            }
          };
      nest.range(0, nest.pieces(), row);
    }
    return y;
  }

  /** The loop over index, table at index 0 along axis, and values. */
  private static Nest along(String op, Tensor table, int axis, Tensor index, Tensor values) {
    if (table.shape().dim(axis) == 0) {
      throw new IndexOutOfBoundsException(
          op + ": axis " + axis + " of shape " + table.shape() + " is empty: no index is inside");
    }
    Tensor start = table.slice(axis, 0, 1).expand(index.shape());
    return Nest.of(
        index.shape(),
        (Layout.Strided) index.layout(),
        (Layout.Strided) start.layout(),
        (Layout.Strided) values.layout());
  }

  private static int check(String op, int index, int extent) {
    if (index < 0 || index >= extent) {
      throw new IndexOutOfBoundsException(
          op + ": index " + index + " is outside [0, " + extent + ")");
    }
    return index;
  }
}
