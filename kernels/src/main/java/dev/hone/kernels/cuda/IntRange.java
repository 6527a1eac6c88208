package dev.hone.kernels.cuda;

/**
 * What is known of the numbers in an int32 storage without asking the device: all lie in {@code
 * [least, most]}. Labels come from the host and so need no check on the device, which would wait.
 */
record IntRange(int least, int most) {
  static final IntRange UNKNOWN = new IntRange(Integer.MIN_VALUE, Integer.MAX_VALUE);

  static IntRange of(int[] values) {
    int least = Integer.MAX_VALUE;
    int most = Integer.MIN_VALUE;
    for (int value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return new IntRange(least, most);
  }

  /** 0 .. {@code n} - 1. */
  static IntRange below(int n) {
    return new IntRange(0, n - 1);
  }

  /** What is known where numbers of both may be. */
  IntRange or(IntRange other) {
    return new IntRange(Math.min(least, other.least), Math.max(most, other.most));
  }

  /** Whether all are indices of an axis of {@code extent}. */
  boolean isWithin(int extent) {
    return least >= 0 && most < extent;
  }
}
