package dev.hone.tensor;

/**
 * Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a
 * counter-based generator. Word {@code i} of a stream is a pure function of (seed, stream, i), so
 * any number of threads, in any order, on any backend, draws the same numbers, and "the state of
 * the generator" is one number that a checkpoint can hold.
 */
public record Philox(long seed, long stream) {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  /** The stream that belongs to one {@code purpose} (an epoch, a layer, ...) under this one. */
  public Philox split(long purpose) {
    int[] four = new int[4];
    block(seed, stream, 0x9E3779B97F4A7C15L ^ purpose, four);
    return new Philox(
        seed ^ ((four[0] & 0xFFFFFFFFL) << 32 | four[1] & 0xFFFFFFFFL),
        (four[2] & 0xFFFFFFFFL) << 32 | four[3] & 0xFFFFFFFFL);
  }

  /** The 32 random bits at {@code index}. */
  public int bits(long index) {
    int[] four = new int[4];
    block(seed, stream, index >>> 2, four);
    return four[(int) (index & 3)];
  }

  /** Fills {@code out} with words {@code first}, {@code first + 1}, ... of the stream. */
  public void fill(long first, int[] out) {
    int[] four = new int[4];
    long block = -1;
    for (int i = 0; i < out.length; i++) {
      long index = first + i;
      if (index >>> 2 != block) {
        block = index >>> 2;
        block(seed, stream, block, four);
      }
      out[i] = four[(int) (index & 3)];
    }
  }

  /** Uniform in [0, 1) with 24 bits. */
  public float uniform(long index) {
    return toUniform(bits(index));
  }

  /** An integer in [0, bound), from 32 bits by multiplication; the bias is below bound / 2^32. */
  public int below(int bound, long index) {
    if (bound <= 0) {
      throw new IllegalArgumentException("random: bound must be positive, but is " + bound);
    }
    return (int) ((bits(index) & 0xFFFFFFFFL) * bound >>> 32);
  }

  /** A permutation of 0 .. n-1 (Fisher-Yates). */
  public int[] permutation(int n) {
    int[] words = new int[n];
    fill(0, words);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = (int) ((words[i] & 0xFFFFFFFFL) * (i + 1) >>> 32);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** {@code bits}' upper 24 as a number in [0, 1). */
  public static float toUniform(int bits) {
    return (bits >>> 8) * 0x1p-24f;
  }

  /** The ten rounds over counter (block, stream) under key seed. */
  static void block(long seed, long stream, long block, int[] out) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }
}
