package dev.hone.kernels.cpu;

/**
 * The inner loops of {@link WeightGradient}. {@link ImageKernels} says what they have in common.
 */
interface WeightGradientKernels {
  /** The most vectors of dy in a tile. */
  int VECTORS = 3;

  /**
   * Reads {@code count} vectors one behind the other, which the processor then finds in its
   * second-level cache: in the order of the tiles it would not see what comes next.
   *
   * @return what depends on all of them, or they would not be read
   */
  float touch(float[] x, int from, int count);

  /**
   * Input channels of the widest tile with this many vectors of dy, of {@code channels} at most.
   */
  int width(int vectors, int channels);

  /**
   * Transposes {@code count} squares of {@code lanes} vectors: image i of channel k of square n, at
   * {@code xo + n * xStep + k * lanes + i}, goes to {@code yo + n * yStep + i * lanes + k}.
   */
  void transpose(float[] x, int xo, int xStep, float[] y, int yo, int yStep, int count);

  /**
   * A tile of a weight gradient, held in registers: for n in vectors of dy and c in width, {@code
   * sums[so + (c * vectors + n) * lanes] += sum over j in count and i in images of x[xo + j * xStep
   * + c * lanes + i] * dy[dyo + j * dyStep + n * gap + i * lanes]}, where x is one number for all
   * lanes.
   */
  void products(
      int vectors,
      int width,
      float[] x,
      int xo,
      int xStep,
      float[] dy,
      int dyo,
      int dyStep,
      int gap,
      int count,
      int images,
      float[] sums,
      int so);

  /** The most input channels of a {@link #square}. */
  int few();

  /**
   * The nine taps of a few input channels at once: for c in width, row i and column k, {@code
   * sums[so + (c * 9 + i * 3 + k) * lanes] += sum over j in count and n in images of x[xo + j *
   * xStep + c * lanes + n] * dy[di + (j + 2 - k) * dyStep + n * lanes]}.
   *
   * <p>On the way it reads a number of each vector from {@code ao + j * aStep} of {@code ahead} on,
   * one per image: what will be needed next comes nearer while there is time.
   *
   * @return what depends on those, or they would not be read
   */
  float square(
      int width,
      float[] x,
      int xo,
      int xStep,
      float[] dy,
      int d0,
      int d1,
      int d2,
      int dyStep,
      int count,
      int images,
      float[] sums,
      int so,
      float[] ahead,
      int ao,
      int aStep);
}
