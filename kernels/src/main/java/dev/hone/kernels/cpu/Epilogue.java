package dev.hone.kernels.cpu;

import org.jspecify.annotations.Nullable;

/**
 * What follows a convolution's sums, in the same pass and in this order:
 *
 * <pre>y = act(sums + bias + added)</pre>
 *
 * <p>where act is relu, or "0 unless positive &gt; 0" (relu's gradient at the place of {@code
 * positive}), or nothing. The direct convolution's sums start at the bias. The arrays but the bias
 * are in y's layout.
 */
final class Epilogue {
  /** {@code [K]}. */
  final float[] bias;

  final float @Nullable [] added;
  final boolean relu;
  final float @Nullable [] positive;

  private Epilogue(
      float[] bias, float @Nullable [] added, boolean relu, float @Nullable [] positive) {
    this.bias = bias;
    this.added = added;
    this.relu = relu;
    this.positive = positive;
  }

  /** y = sums + bias + added, through relu if asked. */
  static Epilogue forward(float[] bias, float @Nullable [] added, boolean relu) {
    return new Epilogue(bias, added, relu, null);
  }

  /** dx = sums + added over {@code channels}, and 0 unless {@code positive} &gt; 0. */
  static Epilogue gradient(int channels, float @Nullable [] added, float @Nullable [] positive) {
    return new Epilogue(new float[channels], added, false, positive);
  }

  /** Whether there is nothing but the bias. */
  boolean isPlain() {
    return added == null && !relu && positive == null;
  }
}
