package dev.hone.kernels.ptx;

/**
 * In which order blocks and warps run. A kernel is right only if it gives the same in all of them;
 * none of them is lockstep, which would hide missing barriers.
 */
public record Schedule(Order order, int seed) {
  /** The kinds of schedules. */
  public enum Order {
    FORWARD,
    REVERSE,
    RANDOM
  }

  /** First block first; a warp runs until it must wait. */
  public static final Schedule FORWARD = new Schedule(Order.FORWARD, 0);

  /** Last block and last warp first. */
  public static final Schedule REVERSE = new Schedule(Order.REVERSE, 0);

  /** Blocks in any order, warps taking turns of random length; the seed decides. */
  public static Schedule random(int seed) {
    return new Schedule(Order.RANDOM, seed);
  }

  /** The order of {@code n} blocks. */
  int[] blocks(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = this.order == Order.REVERSE ? n - 1 - i : i;
    }
    if (this.order == Order.RANDOM) {
      var draw = new Draw(seed);
      for (int i = n - 1; i > 0; i--) {
        int j = draw.below(i + 1);
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
      }
    }
    return order;
  }

  /** A counter-based stream of numbers for one launch. */
  static final class Draw {
    private final long key;
    private long count;

    Draw(long seed) {
      this.key = Approximation.mix(seed + 0x632BE59BD9B4E019L);
    }

    int below(int n) {
      return (int)
          Long.remainderUnsigned(Approximation.mix(key + ++count * 0x9E3779B97F4A7C15L), n);
    }
  }
}
