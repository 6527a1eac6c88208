package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, {@code [N, C, H, W]} to {@code [N, K, OH, OW]}; parameters {@code weight} {@code
 * [K, C, KH, KW]} and perhaps {@code bias} {@code [K]}.
 *
 * <p>Weights start normal with variance 2 / (K * KH * KW), so that relu networks keep the
 * gradients' size from layer to layer: He et al. 2015 (arXiv 1502.01852), equation 14; "kaiming
 * normal, fan out". Biases start at 0, as there.
 */
public final class Conv2d extends Block {
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final Convolution geometry;

  /** Zeros around the rows and columns of x, before the geometry's own padding. */
  private final int[] border;

  /** With a square kernel. */
  public Conv2d(
      int inChannels,
      int outChannels,
      int kernel,
      Convolution geometry,
      boolean bias,
      Random random) {
    this(Shape.of(outChannels, inChannels, kernel, kernel), geometry, new int[4], bias, random);
  }

  private Conv2d(Shape w, Convolution geometry, int[] border, boolean bias, Random random) {
    int outChannels = w.dim(0);
    this.geometry = geometry;
    this.border = border;
    double deviation = Math.sqrt(2.0 / ((double) outChannels * w.dim(2) * w.dim(3)));
    Tensor normal = random.normal(w);
    this.weight = parameter("weight", normal.times(deviation), true);
    this.bias =
        bias
            ? parameter("bias", Tensor.zeros(random.backend(), Shape.of(outChannels)), false)
            : null;
  }

  /**
   * With a kernel of odd sides that need not be equal, such as 1x7, in steps of 1 and without bias,
   * padded so that y is as high and as wide as x.
   */
  public static Conv2d same(
      int inChannels, int outChannels, int kernelHeight, int kernelWidth, Random random) {
    if (kernelHeight % 2 == 0 || kernelWidth % 2 == 0) {
      throw new IllegalArgumentException(
          "conv2d: y is as large as x only for odd kernels, but this one is "
              + kernelHeight
              + "x"
              + kernelWidth);
    }
    Shape w = Shape.of(outChannels, inChannels, kernelHeight, kernelWidth);
    int both = Math.min(kernelHeight, kernelWidth) / 2;
    int[] border = {0, 0, kernelHeight / 2 - both, kernelWidth / 2 - both};
    return new Conv2d(w, new Convolution(1, both), border, false, random);
  }

  /** {@code [K, C, KH, KW]}. */
  Parameter weight() {
    return weight;
  }

  /** {@code [K]}, or null. */
  @Nullable Parameter bias() {
    return bias;
  }

  /** act(x conv w + bias + residual) with this block's geometry, whatever the weights. */
  Variable convolve(
      Variable x, Variable w, @Nullable Variable b, @Nullable Variable residual, boolean relu) {
    boolean square = border[2] == border[3];
    Variable padded = square ? x : x.pad(border, border, 0);
    return padded.convolution(w, b, residual, relu, geometry);
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    var tape = x.tape();
    return convolve(x, weight.on(tape), bias == null ? null : bias.on(tape), null, false);
  }

  @Override
  protected long multiplyAdds(Shape y) {
    return (long) y.size() * (weight.shape().size() / weight.shape().dim(0));
  }
}
