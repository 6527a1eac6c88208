package dev.hone.kernels.ptx;

/**
 * How far the {@code .approx} instructions are from the exact value. Hardware may be anywhere
 * within the documented bound, so a kernel must be right at both ends and in between.
 *
 * @param kind 0 exact, 1 the largest value allowed, 2 the smallest, 3 anywhere between
 */
public record Approximation(int kind, int seed) {
  private static final int KINDS = 4;

  public Approximation {
    if (kind < 0 || kind >= KINDS) {
      throw new IllegalArgumentException("approximation: kinds are 0 to 3, but it is " + kind);
    }
  }

  /** Correctly rounded. */
  public static final Approximation EXACT = new Approximation(0, 0);

  /** As large as the bound allows. */
  public static final Approximation MAX = new Approximation(1, 0);

  /** As small as the bound allows. */
  public static final Approximation MIN = new Approximation(2, 0);

  /** Anywhere within the bound; the same input gives the same value. */
  public static Approximation random(int seed) {
    return new Approximation(3, seed);
  }

  /** What the instructions take: kind and seed in one number. */
  long code() {
    return Integer.toUnsignedLong(seed) << 2 | kind;
  }

  /** From {@code code}: where between -1 and 1 of its bound the result for {@code bits} lies. */
  static double error(long code, int operation, int bits) {
    return switch ((int) code & 3) {
      case 0 -> 0;
      case 1 -> 1;
      case 2 -> -1;
      default -> {
        long h = mix(code * 0x9E3779B97F4A7C15L + mix((long) operation << 32 ^ bits));
        yield (h >> 11) * 0x1p-52;
      }
    };
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit reaches every bit. */
  static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
