package dev.hone.kernels.ptx;

/**
 * What a thread of translated code keeps while it waits for others, and where it finds the rest.
 */
final class ThreadFrame {
  final int[][] heap;
  final int[] shared;
  final int[] constants;
  final int[] parameters;

  /** By cell; only those of its bank are used. */
  final int[] ints;

  final long[] longs;
  final float[] floats;
  final double[] doubles;
  final boolean[] predicates;

  final long accuracy;

  /** How many backward branches it may still take. */
  int fuel;

  /** The region it runs next. */
  int region;

  /** The sync point at which it waits, -1 once it has exited. */
  int waiting;

  ThreadFrame(
      int cells,
      DeviceMemory memory,
      int[] shared,
      int[] constants,
      int[] parameters,
      long accuracy) {
    this.heap = memory.words();
    this.shared = shared;
    this.constants = constants;
    this.parameters = parameters;
    this.ints = new int[cells];
    this.longs = new long[cells];
    this.floats = new float[cells];
    this.doubles = new double[cells];
    this.predicates = new boolean[cells];
    this.accuracy = accuracy;
  }

  /** At the first instruction. */
  void start(EmulatorOptions options) {
    fuel = (int) Math.min(options.instructionLimit(), Integer.MAX_VALUE);
    region = 0;
  }

  int bits(Cell cell) {
    return cell.bank() == Bank.FLOAT
        ? Float.floatToRawIntBits(floats[cell.index()])
        : ints[cell.index()];
  }

  void put(Cell cell, int bits) {
    if (cell.bank() == Bank.FLOAT) {
      floats[cell.index()] = Float.intBitsToFloat(bits);
    } else {
      ints[cell.index()] = bits;
    }
  }
}
