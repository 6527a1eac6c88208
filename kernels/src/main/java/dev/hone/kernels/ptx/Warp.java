package dev.hone.kernels.ptx;

import java.util.Arrays;

/**
 * 32 threads that share an instruction counter while they agree where to go. Where they do not, the
 * lanes fall into groups, and the group with the least counter runs, so that the others are caught
 * up with where their ways join again.
 */
final class Warp {
  static final int LANES = 32;

  final int index;
  final Object[] cells;
  final int[] masks;

  /** For each cell the lanes in which it was written. */
  final int[] defined;

  /** Lanes that have not exited. */
  int live;

  int pc;

  /** The lanes of the group that runs. */
  int active;

  /** The other groups, in no order. */
  int groups;

  final int[] groupPc = new int[LANES];
  final int[] groupLanes = new int[LANES];

  /** Whether a group waits for lanes of other groups. */
  final boolean[] groupWaits = new boolean[LANES];

  /** At a barrier of its block. */
  boolean atBarrier;

  /** Its stretch between barriers, for {@link Segments}. */
  int segment;

  Warp(int index, Program program) {
    this.index = index;
    this.cells = new Object[program.cells().size()];
    this.masks = new int[program.cells().size()];
    this.defined = new int[program.cells().size()];
    for (Cell c : program.cells()) {
      switch (c.bank()) {
        case INT -> cells[c.index()] = new int[LANES];
        case LONG -> cells[c.index()] = new long[LANES];
        case FLOAT -> cells[c.index()] = new float[LANES];
        case DOUBLE -> cells[c.index()] = new double[LANES];
        case PREDICATE -> {}
      }
    }
  }

  /** At the first instruction with {@code threads} lanes, registers unset. */
  void start(int threads) {
    live = threads >= LANES ? -1 : (1 << threads) - 1;
    active = live;
    pc = 0;
    groups = 0;
    atBarrier = false;
    Arrays.fill(defined, 0);
  }

  int[] ints(int cell) {
    return (int[]) cells[cell];
  }

  long[] longs(int cell) {
    return (long[]) cells[cell];
  }

  float[] floats(int cell) {
    return (float[]) cells[cell];
  }

  double[] doubles(int cell) {
    return (double[]) cells[cell];
  }

  boolean done() {
    return live == 0;
  }

  /** The lanes in {@code taken} go to {@code target}, the other active ones on. */
  void split(int taken, int target) {
    int rest = active & ~taken;
    if (rest == 0) {
      pc = target;
    } else {
      push(target, taken, false);
      active = rest;
      pc++;
    }
    reconverge();
  }

  private void push(int at, int lanes, boolean waits) {
    groupPc[groups] = at;
    groupLanes[groups] = lanes;
    groupWaits[groups++] = waits;
  }

  /** After a step: joins groups at the same place and lets the least counter run. */
  void reconverge() {
    if (groups == 0) {
      return;
    }
    if (active != 0) {
      push(pc, active, false);
    }
    int best = -1;
    for (int g = 0; g < groups; g++) {
      for (int h = groups - 1; h > g; h--) {
        if (groupPc[h] == groupPc[g]) {
          groupLanes[g] |= groupLanes[h];
          groupWaits[g] = false;
          remove(h);
        }
      }
      if (!groupWaits[g] && (best < 0 || groupPc[g] < groupPc[best])) {
        best = g;
      }
    }
    if (best >= 0) {
      pc = groupPc[best];
      active = groupLanes[best];
      remove(best);
    } else {
      active = 0;
    }
  }

  private void remove(int g) {
    groups--;
    groupPc[g] = groupPc[groups];
    groupLanes[g] = groupLanes[groups];
    groupWaits[g] = groupWaits[groups];
  }

  /** The running group waits where it is for others; false where none of them can run. */
  boolean await() {
    push(pc, active, true);
    active = 0;
    reconverge();
    return active != 0;
  }

  /** The lanes exit. */
  void exit(int lanes) {
    live &= ~lanes;
    active &= ~lanes;
    // Whoever waited for them need not any more.
    Arrays.fill(groupWaits, 0, groups, false);
    if (active != 0) {
      pc++;
    }
    reconverge();
  }
}
