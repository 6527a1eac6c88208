package dev.hone.kernels.ptx;

/** Shuffles and votes between the lanes of a warp. */
final class Exchange {
  private final int[] values = new int[Warp.LANES];

  /** The members that an instruction names; lanes outside of {@code on} are not looked at. */
  static int members(Warp w, int cell, int on) {
    return on == 0 ? 0 : w.ints(cell)[Integer.numberOfTrailingZeros(on)];
  }

  /** A lane that reads from one that does not take part gets an undefined value. */
  void shuffle(Warp w, Micro.Shuffle s, int on) {
    int[] lanes = w.ints(s.lane());
    int[] clamps = w.ints(s.clamp());
    for (int m = on; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      values[lane] = bits(w, s.a(), lane);
    }
    int defined = 0;
    int inRange = 0;
    for (int m = on; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      int source = source(s.mode(), lane, lanes[lane], clamps[lane]);
      int from = source < 0 ? lane : source;
      inRange |= source < 0 ? 0 : 1 << lane;
      defined |= (on >>> from & 1) << lane;
      if (s.into() >= 0) {
        // What an absent lane gives is undefined; in both engines it is the lane's own value.
        put(w, s.into(), lane, values[(on >>> from & 1) != 0 ? from : lane]);
      }
    }
    if (s.into() >= 0) {
      w.defined[s.into()] = w.defined[s.into()] & ~on | defined;
    }
    if (s.predicate() >= 0) {
      w.masks[s.predicate()] = w.masks[s.predicate()] & ~on | inRange;
      w.defined[s.predicate()] |= on;
    }
  }

  /** The lane to read from, -1 where it is out of its segment (PTX ISA, shfl.sync). */
  static int source(Micro.ShuffleMode mode, int lane, int b, int c) {
    int segment = c >>> 8 & 31;
    int clamp = c & 31;
    int operand = b & 31;
    int most = (lane & segment) | (clamp & ~segment);
    int least = lane & segment;
    return switch (mode) {
      case UP -> lane - operand >= most ? lane - operand : -1;
      case DOWN -> lane + operand <= most ? lane + operand : -1;
      case BFLY -> (lane ^ operand) <= most ? lane ^ operand : -1;
      case IDX -> {
        int from = least | operand & ~segment;
        yield from <= most ? from : -1;
      }
    };
  }

  private static int bits(Warp w, int cell, int lane) {
    return w.cells[cell] instanceof float[] f
        ? Float.floatToRawIntBits(f[lane])
        : w.ints(cell)[lane];
  }

  private static void put(Warp w, int cell, int lane, int bits) {
    if (w.cells[cell] instanceof float[] f) {
      f[lane] = Float.intBitsToFloat(bits);
    } else {
      w.ints(cell)[lane] = bits;
    }
  }

  /** What a vote gives: the ballot, or -1 for true and 0 for false. */
  static int vote(Micro.VoteMode mode, int ayes, int on) {
    return switch (mode) {
      case BALLOT -> ayes & on;
      case ALL -> (ayes & on) == on ? -1 : 0;
      case ANY -> (ayes & on) != 0 ? -1 : 0;
      case UNI -> (ayes & on) == on || (ayes & on) == 0 ? -1 : 0;
    };
  }

  void vote(Warp w, Micro.Vote v, int on) {
    int result = vote(v.mode(), w.masks[v.predicate()], on);
    if (v.mode() == Micro.VoteMode.BALLOT) {
      broadcast(w, v.into(), result, on);
    } else {
      w.masks[v.into()] = w.masks[v.into()] & ~on | result & on;
      w.defined[v.into()] |= on;
    }
  }

  static void broadcast(Warp w, int cell, int value, int on) {
    for (int m = on; m != 0; m &= m - 1) {
      put(w, cell, Integer.numberOfTrailingZeros(m), value);
    }
    w.defined[cell] |= on;
  }
}
