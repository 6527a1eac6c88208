package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;

/**
 * A loop nest over strided operands of one shape, with neighbouring axes merged wherever all
 * operands allow it. Contiguous operands become one row, a scalar operand an inner stride of 0, a
 * trailing vector rows with an outer stride of 0, {@code [C, 1, 1]} against {@code [N, C, H, W]}
 * rows of H * W with an inner stride of 0: a kernel written for rows has all of these fast.
 */
final class Nest {
  /** Below this many elements per task, waking a thread costs more than it saves. */
  static final int TASK_ELEMENTS = 1 << 15;

  /**
   * What is done with {@code n} neighbours along the inner axis; operand i starts at at[i], which
   * is only to be read, and only until the call ends.
   */
  interface Row {
    void run(int[] at, int n);
  }

  private final int axes;
  private final int[] extents;

  /** Of operand i along axis a: at {@code i * extents.length + a}. */
  private final int[] strides;

  private final int[] offsets;
  private final int inner;
  private final int piecesPerRow;
  private final int pieces;

  private Nest(int axes, int[] extents, int[] strides, int[] offsets) {
    this.axes = axes;
    this.extents = extents;
    this.strides = strides;
    this.offsets = offsets;
    this.inner = extents[axes - 1];
    this.piecesPerRow = (inner + TASK_ELEMENTS - 1) / TASK_ELEMENTS;
    int rows = 1;
    for (int a = 0; a < axes - 1; a++) {
      rows *= extents[a];
    }
    this.pieces = rows * piecesPerRow;
  }

  /** The loop over {@code operands}, all of shape {@code shape}. */
  static Nest of(Shape shape, Layout.Strided... operands) {
    int[] extents = new int[Math.max(1, shape.rank())];
    int[] strides = new int[operands.length * extents.length];
    int[] offsets = new int[operands.length];
    int top = 0;
    extents[0] = 1;
    for (int i = 0; i < operands.length; i++) {
      offsets[i] = operands[i].offset();
    }
    for (int a = 0; a < shape.rank(); a++) {
      int n = shape.dim(a);
      if (n == 1) {
        continue;
      }
      if (extents[top] != 1) {
        boolean merge = true;
        for (int i = 0; i < operands.length; i++) {
          merge &= strides[i * extents.length + top] == operands[i].stride(a) * n;
        }
        if (!merge) {
          top++;
          extents[top] = 1;
        }
      }
      extents[top] *= n;
      for (int i = 0; i < operands.length; i++) {
        strides[i * extents.length + top] = operands[i].stride(a);
      }
    }
    return new Nest(top + 1, extents, strides, offsets);
  }

  /** The stride of {@code operand} along the inner axis. */
  int step(int operand) {
    return inner == 1 ? 1 : stride(operand, axes - 1);
  }

  private int stride(int operand, int axis) {
    return strides[operand * extents.length + axis];
  }

  /** The extent of the inner axis. */
  int inner() {
    return inner;
  }

  /** How many pieces of a row there are: rows longer than a task are cut. */
  int pieces() {
    return pieces;
  }

  /** Runs {@code row} over everything, in parallel if it is worth it. */
  void forEach(Workers workers, Row row) {
    int perTask = Math.max(1, TASK_ELEMENTS / Math.max(1, inner));
    if (pieces <= perTask) {
      range(0, pieces, row);
      return;
    }
    workers.parallelFor(
        (pieces + perTask - 1) / perTask,
        task -> range(task * perTask, Math.min(pieces, (task + 1) * perTask), row));
  }

  /** Runs {@code row} over pieces {@code from} (inclusive) to {@code to} (exclusive), in order. */
  void range(int from, int to, Row row) {
    if (from >= to || inner == 0) {
      return;
    }
    if (pieces == 1) { // most of a step's, whose arrays would be most of its garbage
      row.run(offsets, inner);
      return;
    }
    int[] index = new int[axes];
    int[] start = offsets.clone();
    int rest = from / piecesPerRow;
    for (int a = axes - 2; a >= 0; a--) {
      index[a] = rest % extents[a];
      rest /= extents[a];
      move(start, a, index[a]);
    }
    int[] at = new int[start.length];
    for (int p = from; p < to; p++) {
      int column = p % piecesPerRow * TASK_ELEMENTS;
      for (int i = 0; i < at.length; i++) {
        at[i] = start[i] + column * stride(i, axes - 1);
      }
      row.run(at, Math.min(TASK_ELEMENTS, inner - column));
      if (column + TASK_ELEMENTS >= inner) {
        advance(index, start);
      }
    }
  }

  private void advance(int[] index, int[] start) {
    for (int a = axes - 2; a >= 0; a--) {
      if (++index[a] < extents[a]) {
        move(start, a, 1);
        return;
      }
      move(start, a, 1 - extents[a]);
      index[a] = 0;
    }
  }

  private void move(int[] start, int axis, int steps) {
    for (int i = 0; i < start.length; i++) {
      start[i] += steps * stride(i, axis);
    }
  }
}
