package dev.hone.kernels.cpu;

/**
 * Scratch arrays of one thread, kept from call to call so that a step allocates nothing. What they
 * hold is unspecified, and they may be longer than asked.
 */
final class Workspace {
  /** What an array is for: a kernel that needs two at a time asks for two names. */
  enum Use {
    PANEL,
    BORDER,
    DY_PANEL,
    SUMS,
    SQUARES,
    PARTIAL,
    TRANSFORMED,
    MULTIPLIED,
    TILE,
    ROWS,
    PIXELS,
    DY_TRANSFORMED,
    SINK
  }

  private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

  private final float[][] floats = new float[Use.values().length][0];
  private int[] ints = new int[0];
  private double[] doubles = new double[0];

  private Workspace() {}

  static Workspace ofThread() {
    return OF_THREAD.get();
  }

  /** At least {@code length} floats; valid until the thread asks for the same use again. */
  float[] floats(Use use, int length) {
    float[] a = floats[use.ordinal()];
    if (a.length < length) {
      a = new float[length];
      floats[use.ordinal()] = a;
    }
    return a;
  }

  /** At least {@code length} ints; valid until the thread asks again. */
  int[] ints(int length) {
    if (ints.length < length) {
      ints = new int[length];
    }
    return ints;
  }

  /** At least {@code length} doubles; valid until the thread asks again. */
  double[] doubles(int length) {
    if (doubles.length < length) {
      doubles = new double[length];
    }
    return doubles;
  }
}
