package dev.hone.kernels.cpu;

import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Reduction;
import java.util.Arrays;

/**
 * Sums, means and maxima along axes, argmax and softmax. Sums are kept in double and cut into
 * pieces by the shape alone, so neither the threads nor the vectors' length show in the bits, and
 * the error is that of one rounding to float.
 */
final class Reductions {
  /** Columns that one task sums at a time. */
  private static final int COLUMNS = 1024;

  /** At most so many partial sums down the rows of one column. */
  private static final int BLOCKS = 8;

  private final CpuBackend backend;
  private final Rows rows;

  Reductions(CpuBackend backend, Rows rows) {
    this.backend = backend;
    this.rows = rows;
  }

  // ---- sum, mean, max ----

  Tensor reduce(Reduction f, Tensor x, boolean[] axes, Shape out) {
    if (x.layout() instanceof Layout.BatchLanes images
        && f != Reduction.MAX
        && x.shape().size() > 0
        && axes[2]
        && axes[3]) {
      return axes[0] ? overBatch(f, x, images, axes[1], out) : overPixels(f, x, axes, out);
    }
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).strided();
      Tensor y = backend.empty(out, DType.FLOAT32, x.arena());
      strided(f, from, axes, CpuBackend.floats(y));
      return y;
    }
  }

  private void strided(Reduction f, Tensor x, boolean[] axes, float[] y) {
    Tensor kept = x;
    Tensor reduced = x;
    int keptInner = 0;
    int reducedInner = 0;
    Layout.Strided layout = (Layout.Strided) x.layout();
    for (int a = 0; a < axes.length; a++) {
      if (x.shape().dim(a) == 0) {
        Arrays.fill(y, (float) finish(f, identity(f), 0));
        return;
      }
      kept = axes[a] ? kept.slice(a, 0, 1) : kept;
      reduced = axes[a] ? reduced : reduced.slice(a, 0, 1);
      if (x.shape().dim(a) > 1) {
        keptInner = axes[a] ? keptInner : layout.stride(a);
        reducedInner = axes[a] ? layout.stride(a) : reducedInner;
      }
    }
    int count = reduced.shape().size();
    if (count == 1 || reducedInner == 1) {
      alongRows(f, x, kept, reduced, y);
    } else if (keptInner == 1) {
      downColumns(f, x, kept, reduced, y);
    } else {
      strided(f, backend.contiguous(x, x.arena()), axes, y);
    }
  }

  private static double identity(Reduction f) {
    return f == Reduction.MAX ? Double.NEGATIVE_INFINITY : 0;
  }

  private static double combine(Reduction f, double a, double b) {
    return f == Reduction.MAX ? Math.max(a, b) : a + b;
  }

  private static double finish(Reduction f, double value, int count) {
    return f == Reduction.MEAN ? value / count : value;
  }

  private double row(Reduction f, float[] x, int from, int n) {
    return f == Reduction.MAX ? rows.max(x, from, n) : rows.sum(x, from, n);
  }

  /** The reduced elements of one result lie in rows. */
  private void alongRows(Reduction f, Tensor x, Tensor kept, Tensor reduced, float[] y) {
    float[] a = CpuBackend.floats(x);
    int base = ((Layout.Strided) x.layout()).offset();
    int count = reduced.shape().size();
    int[] starts = positions(kept);
    Nest nest = Nest.of(reduced.shape(), (Layout.Strided) reduced.layout());
    if (starts.length == 1 && nest.pieces() > 1) {
      double[] partial = new double[nest.pieces()];
      backend
          .workers()
          .parallelFor(
              partial.length,
              p -> nest.range(p, p + 1, (at, n) -> partial[p] = row(f, a, at[0], n)));
      double total = identity(f);
      for (double part : partial) {
        total = combine(f, total, part);
      }
      y[0] = (float) finish(f, total, count);
      return;
    }
    inChunks(
        starts.length,
        count,
        k -> {
          double[] total = {identity(f)};
          int shift = starts[k] - base;
          nest.range(
              0,
              nest.pieces(),
              (at, n) -> total[0] = combine(f, total[0], row(f, a, at[0] + shift, n)));
          y[k] = (float) finish(f, total[0], count);
        });
  }

  /** Runs {@code each} for 0 .. count-1, in parallel if {@code cost} elements each are worth it. */
  private void inChunks(int count, int cost, Workers.Task each) {
    int perTask = Math.max(1, Nest.TASK_ELEMENTS / Math.max(1, cost));
    backend
        .workers()
        .parallelFor(
            (count + perTask - 1) / perTask,
            task -> {
              for (int k = task * perTask; k < Math.min(count, (task + 1) * perTask); k++) {
                each.run(k);
              }
            });
  }

  /** Neighbouring results are neighbours in memory: rows are added up, element by element. */
  private void downColumns(Reduction f, Tensor x, Tensor kept, Tensor reduced, float[] y) {
    float[] a = CpuBackend.floats(x);
    int base = ((Layout.Strided) x.layout()).offset();
    int[] lines = positions(reduced);
    Nest across = Nest.of(kept.shape(), (Layout.Strided) kept.layout());
    int n = across.inner();
    int[] starts = new int[kept.shape().size() / n];
    int[] next = {0};
    across.range(
        0,
        across.pieces(),
        (at, m) -> {
          if (next[0] % n == 0) {
            starts[next[0] / n] = at[0];
          }
          next[0] += m;
        });
    boolean manyColumns = y.length >= 4 * COLUMNS;
    boolean small = (long) lines.length * n < Nest.TASK_ELEMENTS;
    int blocks = manyColumns || small ? 1 : Math.min(BLOCKS, lines.length);
    int columns = (n + COLUMNS - 1) / COLUMNS;
    double[] partial = new double[blocks == 1 ? 0 : blocks * y.length];
    inChunks(
        starts.length * columns * blocks,
        lines.length / blocks * Math.min(n, COLUMNS),
        task -> {
          int block = task % blocks;
          int column = task / blocks % columns * COLUMNS;
          int start = task / blocks / columns;
          int from = starts[start] + column - base;
          int m = Math.min(COLUMNS, n - column);
          double[] sum = new double[m];
          Arrays.fill(sum, identity(f));
          int end = (int) ((long) lines.length * (block + 1) / blocks);
          for (int l = (int) ((long) lines.length * block / blocks); l < end; l++) {
            addLine(f, a, from + lines[l], sum, 0, m);
          }
          int to = start * n + column;
          if (blocks > 1) {
            System.arraycopy(sum, 0, partial, block * y.length + to, m);
            return;
          }
          for (int k = 0; k < m; k++) {
            y[to + k] = (float) finish(f, sum[k], lines.length);
          }
        });
    for (int k = 0; blocks > 1 && k < y.length; k++) {
      double total = partial[k];
      for (int block = 1; block < blocks; block++) {
        total = combine(f, total, partial[block * y.length + k]);
      }
      y[k] = (float) finish(f, total, lines.length);
    }
  }

  private static void addLine(Reduction f, float[] a, int from, double[] sum, int to, int n) {
    if (f == Reduction.MAX) {
      for (int i = 0; i < n; i++) {
        sum[to + i] = Math.max(sum[to + i], a[from + i]);
      }
      return;
    }
    for (int i = 0; i < n; i++) {
      sum[to + i] += a[from + i];
    }
  }

  /** The positions of all elements of strided x, in row-major order. */
  private static int[] positions(Tensor x) {
    int[] out = new int[x.shape().size()];
    int[] next = {0};
    Nest nest = Nest.of(x.shape(), (Layout.Strided) x.layout());
    int step = nest.step(0);
    nest.range(
        0,
        nest.pieces(),
        (at, n) -> {
          for (int i = 0; i < n; i++) {
            out[next[0]++] = at[0] + i * step;
          }
        });
    return out;
  }

  // ---- images, one per lane ----

  /** Over H and W, or C, H and W, of each image. */
  private Tensor overPixels(Reduction f, Tensor x, boolean[] axes, Shape out) {
    Shape s = x.shape();
    double pixels = (double) s.dim(2) * s.dim(3);
    if (!axes[1]) {
      Tensor mean = backend.images().meanOverPixels(x);
      return (f == Reduction.SUM ? mean.times(pixels) : mean).reshape(out);
    }
    try (Arena temporary = new Arena()) {
      Tensor mean = backend.images().meanOverPixels(x.in(temporary));
      Tensor each = f == Reduction.SUM ? mean.times(pixels) : mean;
      Tensor y = backend.empty(out, DType.FLOAT32, x.arena());
      strided(f, each, new boolean[] {false, true}, CpuBackend.floats(y));
      return y;
    }
  }

  /** Over N, H and W; over C too if {@code channels}. The padding lanes are left out. */
  private Tensor overBatch(
      Reduction f, Tensor x, Layout.BatchLanes images, boolean channels, Shape out) {
    Shape s = x.shape();
    int lanes = images.lanes();
    int width = s.dim(1) * lanes;
    int pixels = s.dim(2) * s.dim(3);
    float[] a = CpuBackend.floats(x);
    double[] sums = new double[images.groups() * width];
    inChunks(
        images.groups(),
        pixels * width,
        g -> {
          for (int p = 0; p < pixels; p++) {
            addLine(f, a, images.start(g) + p * width, sums, g * width, width);
          }
        });
    double[] perChannel = new double[s.dim(1)];
    for (int n = 0; n < s.dim(0); n++) {
      for (int c = 0; c < perChannel.length; c++) {
        perChannel[c] += sums[n / lanes * width + c * lanes + n % lanes];
      }
    }
    Tensor y = backend.empty(out, DType.FLOAT32, x.arena());
    float[] to = CpuBackend.floats(y);
    if (channels) {
      to[0] = (float) finish(f, Arrays.stream(perChannel).sum(), s.size());
      return y;
    }
    for (int c = 0; c < perChannel.length; c++) {
      to[c] = (float) finish(f, perChannel[c], s.size() / s.dim(1));
    }
    return y;
  }

  // ---- along one axis ----

  /** A NaN counts as the largest, as it does in max. */
  Tensor argmax(Tensor x, int axis) {
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).strided();
      Tensor y = backend.empty(x.shape().without(axis), DType.INT32, x.arena());
      int[] to = CpuBackend.ints(y);
      if (to.length == 0) {
        return y;
      }
      float[] a = CpuBackend.floats(from);
      int extent = x.shape().dim(axis);
      int stride = ((Layout.Strided) from.layout()).stride(axis);
      int[] starts = positions(from.slice(axis, 0, 1));
      inChunks(to.length, extent, k -> to[k] = firstLargest(a, starts[k], stride, extent));
      return y;
    }
  }

  private static int firstLargest(float[] a, int from, int stride, int n) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      float largest = a[from + best * stride];
      float v = a[from + i * stride];
      if (v > largest || (Float.isNaN(v) && !Float.isNaN(largest))) {
        best = i;
      }
    }
    return best;
  }

  /** exp(x - max) / sum exp(x - max), per row. */
  Tensor softmax(Tensor x) {
    return perRow(
        x,
        (a, from, y, to, n) -> {
          rows.expMinus(a, from, rows.max(a, from, n), y, to, n);
          float sum = (float) rows.sum(y, to, n);
          for (int i = 0; i < n; i++) { // not rows.binary: its switch would be inlined here whole
            y[to + i] /= sum;
          }
        });
  }

  /** x - max - log(sum exp(x - max)), per row. */
  Tensor logSoftmax(Tensor x) {
    return perRow(
        x,
        (a, from, y, to, n) -> {
          float max = rows.max(a, from, n);
          rows.expMinus(a, from, max, y, to, n);
          float log = (float) StrictMath.log(rows.sum(y, to, n));
          for (int i = 0; i < n; i++) {
            y[to + i] = a[from + i] - max - log;
          }
        });
  }

  /** Fills n elements of y from n of a. */
  private interface RowKernel {
    void run(float[] a, int from, float[] y, int to, int n);
  }

  private Tensor perRow(Tensor x, RowKernel kernel) {
    try (Arena temporary = new Arena()) {
      Tensor from = x.in(temporary).contiguous();
      Tensor y = backend.empty(x.shape(), DType.FLOAT32, x.arena());
      if (x.shape().size() == 0) {
        return y;
      }
      int n = x.shape().rank() == 0 ? 1 : x.shape().dim(-1);
      int base = ((Layout.Strided) from.layout()).offset();
      float[] a = CpuBackend.floats(from);
      float[] to = CpuBackend.floats(y);
      inChunks(to.length / n, n, k -> kernel.run(a, base + k * n, to, k * n, n));
      return y;
    }
  }
}
