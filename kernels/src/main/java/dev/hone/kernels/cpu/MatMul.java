package dev.hone.kernels.cpu;

import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.Arrays;

/**
 * Batched matrix product of operands with any strides: both are packed into panels, so transposes
 * cost nothing extra, and multiplied tile by tile. The depth is cut every {@link #DEPTH} values of
 * k, whatever M and N are; within a cut every element is one chain of fused multiply-adds, and the
 * cuts are added in order. So an element's bits depend on its row and column alone.
 *
 * <p>One thread of Zen 3 with AVX2, whose bare fused multiply-adds reach 102 GFLOP/s, 512 x 512 x
 * 512: packed with tiles of 6 x 2 vectors 35, with 4 x 2 (see {@link VectorTile}) 80-85; 128 x 64 x
 * 64 55, and 128 x 64 x 10 in 10 microseconds. A single row is bound by the packing of b: 512 x 512
 * in 130 microseconds.
 */
final class MatMul {
  /** Values of k per panel: 16 columns of b then take half of a 32 KB L1 cache. */
  private static final int DEPTH = 256;

  /** Rows of a that are packed at once, and stay in L2: a multiple of {@link Tile#ROWS}. */
  private static final int BLOCK_ROWS = 96;

  /** Columns per task. */
  private static final int BLOCK_COLUMNS = 512;

  /** Below this many multiply-adds, waking a thread costs more than it saves. */
  private static final long PARALLEL = 1 << 18;

  private final CpuBackend backend;
  private final Tile tile;

  MatMul(CpuBackend backend, Tile tile) {
    this.backend = backend;
    this.tile = tile;
  }

  /** One operand: element [i, j] of matrix n lies at {@code starts[n] + i * rows + j * columns}. */
  @SuppressWarnings("ArrayRecordComponent") // private to this file, never compared
  private record Operand(float[] data, int[] starts, int rows, int columns) {
    static Operand of(Tensor x, Shape lead) {
      Shape full = lead.inserting(-1, x.shape().dim(-2)).inserting(-1, x.shape().dim(-1));
      Tensor wide = x.expand(full);
      Layout.Strided s = (Layout.Strided) wide.layout();
      int[] starts = new int[lead.size()];
      for (int n = 0; n < starts.length; n++) {
        int rest = n;
        starts[n] = s.offset();
        for (int a = lead.rank() - 1; a >= 0; a--) {
          starts[n] += rest % lead.dim(a) * s.stride(a);
          rest /= lead.dim(a);
        }
      }
      return new Operand(CpuBackend.floats(x), starts, s.stride(-2), s.stride(-1));
    }

    boolean same() {
      for (int start : starts) {
        if (start != starts[0]) {
          return false;
        }
      }
      return true;
    }
  }

  Tensor multiply(Tensor a, Tensor b, Shape out) {
    Tensor c = backend.empty(out, DType.FLOAT32, Tensor.arenaOf(a, b));
    float[] to = CpuBackend.floats(c);
    int k = a.shape().dim(-1);
    if (to.length == 0 || k == 0) {
      Arrays.fill(to, 0);
      return c;
    }
    try (Arena temporary = new Arena()) {
      Shape lead = out.without(-1).without(-1);
      Operand x = Operand.of(a.in(temporary).strided(), lead);
      Operand w = Operand.of(b.in(temporary).strided(), lead);
      batches(x, w, to, out.dim(-2), out.dim(-1), k);
    }
    return c;
  }

  private void batches(Operand x, Operand w, float[] to, int m, int n, int k) {
    int count = x.starts.length;
    boolean oneB = w.same();
    long work = (long) m * n * k;
    float[] shared = oneB ? packB(w, 0, n, k) : new float[0];
    Workers.Task batch =
        i -> {
          float[] panels = oneB ? shared : packB(w, i, n, k);
          product(x, i, panels, to, m, n, k);
          if (!oneB) {
            backend.pool().give(panels);
          }
        };
    if (count > 1 && work * count > PARALLEL) {
      backend.workers().parallelFor(count, batch);
    } else {
      for (int i = 0; i < count; i++) {
        batch.run(i);
      }
    }
    if (oneB) {
      backend.pool().give(shared);
    }
  }

  /** b as {@code [depth cut][column panel][k][columns]}, zeros beyond the last column. */
  private float[] packB(Operand w, int matrix, int n, int k) {
    int width = tile.columns();
    int panels = (n + width - 1) / width;
    float[] packed = backend.pool().takeFloats(panels * width * k);
    Workers.Task panel =
        p -> {
          int column = p * width;
          int columns = Math.min(width, n - column);
          for (int k0 = 0; k0 < k; k0 += DEPTH) {
            int depth = Math.min(DEPTH, k - k0);
            int from = w.starts[matrix] + k0 * w.rows + column * w.columns;
            packPanel(w, from, depth, columns, packed, panels * width * k0 + p * width * depth);
          }
        };
    if ((long) n * k > Nest.TASK_ELEMENTS) {
      backend.workers().parallelFor(panels, panel);
    } else {
      for (int p = 0; p < panels; p++) {
        panel.run(p);
      }
    }
    return packed;
  }

  private void packPanel(Operand w, int from, int depth, int columns, float[] packed, int to) {
    int width = tile.columns();
    if (w.columns == 1) {
      for (int i = 0; i < depth; i++) {
        System.arraycopy(w.data, from + i * w.rows, packed, to + i * width, columns);
        Arrays.fill(packed, to + i * width + columns, to + (i + 1) * width, 0);
      }
      return;
    }
    for (int j = 0; j < width; j++) {
      for (int i = 0; i < depth; i++) {
        packed[to + i * width + j] = j < columns ? w.data[from + i * w.rows + j * w.columns] : 0;
      }
    }
  }

  private void product(Operand x, int matrix, float[] b, float[] c, int m, int n, int k) {
    int down = (m + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int across = (n + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    Workers.Task block =
        t -> block(x, matrix, b, c, m, n, k, t / across * BLOCK_ROWS, t % across * BLOCK_COLUMNS);
    if ((long) m * n * k > PARALLEL) {
      backend.workers().parallelFor(down * across, block);
    } else {
      for (int t = 0; t < down * across; t++) {
        block.run(t);
      }
    }
  }

  /** Rows and columns of one block of c. */
  private void block(
      Operand x, int matrix, float[] b, float[] c, int m, int n, int k, int row, int column) {
    int width = tile.columns();
    int rows = Math.min(BLOCK_ROWS, m - row);
    int columns = Math.min(BLOCK_COLUMNS, n - column);
    int padded = (n + width - 1) / width * width;
    Workspace own = Workspace.ofThread();
    float[] packed = own.floats(Workspace.Use.PANEL, BLOCK_ROWS * DEPTH);
    float[] scratch = own.floats(Workspace.Use.TILE, Tile.ROWS * width);
    for (int k0 = 0; k0 < k; k0 += DEPTH) {
      int depth = Math.min(DEPTH, k - k0);
      packA(x, x.starts[matrix] + row * x.rows + k0 * x.columns, rows, depth, packed);
      for (int j = 0; j < columns; j += width) {
        int panel = padded * k0 + (column + j) * depth;
        for (int i = 0; i < rows; i += Tile.ROWS) {
          tile.multiply(depth, packed, i * depth, b, panel, scratch);
          int at = matrix * m * n + (row + i) * n + column + j;
          if (i + Tile.ROWS <= rows && j + width <= columns) {
            tile.merge(scratch, c, at, n, k0 == 0);
          } else {
            int r = Math.min(Tile.ROWS, rows - i);
            tile.mergePart(scratch, c, at, n, k0 == 0, r, Math.min(width, columns - j));
          }
        }
      }
    }
  }

  /** a as {@code [row panel][k][ROWS]}, zeros beyond the last row. */
  private static void packA(Operand x, int from, int rows, int depth, float[] packed) {
    for (int i = 0; i < rows; i += Tile.ROWS) {
      for (int r = 0; r < Tile.ROWS; r++) {
        int to = i * depth + r;
        int start = from + (i + r) * x.rows;
        boolean inside = i + r < rows;
        for (int k = 0; k < depth; k++) {
          packed[to + k * Tile.ROWS] = inside ? x.data[start + k * x.columns] : 0;
        }
      }
    }
  }
}
