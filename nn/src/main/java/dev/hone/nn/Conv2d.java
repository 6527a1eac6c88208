package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, {@code [N, C, H, W]} to {@code [N, K, OH, OW]}; parameters {@code weight} {@code
 * [K, C, kernel, kernel]} and perhaps {@code bias} {@code [K]}.
 *
 * <p>Weights start normal with variance 2 / (K * kernel * kernel), so that relu networks keep the
 * gradients' size from layer to layer: He et al. 2015 (arXiv 1502.01852), equation 14; "kaiming
 * normal, fan out". Biases start at 0, as there.
 */
public final class Conv2d extends Block {
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final Convolution geometry;

  public Conv2d(
      int inChannels,
      int outChannels,
      int kernel,
      Convolution geometry,
      boolean bias,
      Random random) {
    this.geometry = geometry;
    double deviation = Math.sqrt(2.0 / ((double) outChannels * kernel * kernel));
    Tensor normal = random.normal(Shape.of(outChannels, inChannels, kernel, kernel));
    this.weight = parameter("weight", normal.times(deviation), true);
    this.bias =
        bias
            ? parameter("bias", Tensor.zeros(random.backend(), Shape.of(outChannels)), false)
            : null;
  }

  /** {@code [K, C, kernel, kernel]}. */
  Parameter weight() {
    return weight;
  }

  /** {@code [K]}, or null. */
  @Nullable Parameter bias() {
    return bias;
  }

  Convolution geometry() {
    return geometry;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    var tape = x.tape();
    Variable b = bias == null ? null : bias.on(tape);
    return x.convolution(weight.on(tape), b, null, false, geometry);
  }

  @Override
  protected long multiplyAdds(Shape y) {
    return (long) y.size() * (weight.shape().size() / weight.shape().dim(0));
  }
}
