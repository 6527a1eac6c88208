package dev.hone.kernels.ptx;

/** Counts while a launch runs. */
final class Tally {
  private static final int BANKS = 32;
  private static final int SECTOR_SHIFT = 5;
  private static final int SLOTS = 128;

  long instructions;
  long warpInstructions;
  long flops;
  long bytesRead;
  long bytesWritten;
  long sectors;
  long idealSectors;
  long sharedAccesses;
  long bankConflicts;
  long barriers;
  long atomics;
  long floatAtomics;
  long divergentBranches;

  // An open hash set that is emptied by raising its stamp.
  private final long[] seen = new long[SLOTS];
  private final int[] stamps = new int[SLOTS];
  private int stamp;
  private final int[] perBank = new int[BANKS];

  /** A global access of {@code bytes} per lane at {@code addresses}. */
  void global(long[] addresses, int on, int bytes, boolean write) {
    int lanes = Integer.bitCount(on);
    if (write) {
      bytesWritten += (long) lanes * bytes;
    } else {
      bytesRead += (long) lanes * bytes;
    }
    int distinct = 0;
    stamp++;
    for (int m = on; m != 0; m &= m - 1) {
      distinct += add(addresses[Integer.numberOfTrailingZeros(m)]) ? 1 : 0;
    }
    idealSectors += Math.ceilDiv(distinct * bytes, 1 << SECTOR_SHIFT);
    stamp++;
    for (int m = on; m != 0; m &= m - 1) {
      sectors += add(addresses[Integer.numberOfTrailingZeros(m)] >>> SECTOR_SHIFT) ? 1 : 0;
    }
  }

  /**
   * A shared access. A turn serves one word of each of 32 banks; 8 bytes per lane take the half
   * warps in turn, 16 bytes the quarters.
   */
  void shared(long[] addresses, int on, int bytes) {
    sharedAccesses++;
    int lanesPerTurn = bytes <= 4 ? 32 : 128 / bytes;
    for (int first = 0; first < 32; first += lanesPerTurn) {
      int part = on & (lanesPerTurn == 32 ? -1 : ((1 << lanesPerTurn) - 1) << first);
      if (part != 0) {
        bankConflicts += turns(addresses, part, bytes) - 1;
      }
    }
  }

  private int turns(long[] addresses, int on, int bytes) {
    java.util.Arrays.fill(perBank, 0);
    stamp++;
    int most = 1;
    for (int m = on; m != 0; m &= m - 1) {
      long word = addresses[Integer.numberOfTrailingZeros(m)] >> 2;
      for (int k = 0; k < Math.max(1, bytes >> 2); k++) {
        if (add(word + k)) {
          most = Math.max(most, ++perBank[(int) (word + k) & BANKS - 1]);
        }
      }
    }
    return most;
  }

  private boolean add(long key) {
    int at = (int) (key * 0x9E3779B97F4A7C15L >>> 57);
    while (stamps[at] == stamp) {
      if (seen[at] == key) {
        return false;
      }
      at = at + 1 & SLOTS - 1;
    }
    stamps[at] = stamp;
    seen[at] = key;
    return true;
  }

  Counters counters() {
    return new Counters(
        instructions,
        warpInstructions,
        flops,
        bytesRead,
        bytesWritten,
        sectors,
        idealSectors,
        sharedAccesses,
        bankConflicts,
        barriers,
        atomics,
        floatAtomics,
        divergentBranches);
  }
}
