package dev.hone.kernels.ptx;

import java.util.Arrays;

/**
 * Numbers the stretches that a warp runs between two barriers. Accesses are stamped with their
 * stretch, so that two of them tell whether a barrier lies between. Numbers grow through the life
 * of an emulator; those before the launch's first are of earlier launches, which are over.
 */
final class Segments {
  private int[] blocks = new int[64];
  private int[] warps = new int[64];
  private int[] epochs = new int[64];
  private int first = 1;
  private int next = 1;

  void launch() {
    first = next;
  }

  /** A stretch of {@code warp} after {@code epoch} barriers of its block. */
  int open(int block, int warp, int epoch) {
    int at = next - first;
    if (at == blocks.length) {
      blocks = Arrays.copyOf(blocks, at * 2);
      warps = Arrays.copyOf(warps, at * 2);
      epochs = Arrays.copyOf(epochs, at * 2);
    }
    blocks[at] = block;
    warps[at] = warp;
    epochs[at] = epoch;
    if (++next == Integer.MAX_VALUE) {
      throw new IllegalStateException("emulator: too many barriers; make a new emulator");
    }
    return next - 1;
  }

  boolean current(int segment) {
    return segment >= first;
  }

  int block(int segment) {
    return blocks[segment - first];
  }

  int warp(int segment) {
    return warps[segment - first];
  }

  /** Whether nothing orders what two different stretches of this launch do. */
  boolean concurrent(int a, int b) {
    int i = a - first;
    int j = b - first;
    return blocks[i] != blocks[j] || (warps[i] != warps[j] && epochs[i] == epochs[j]);
  }
}
