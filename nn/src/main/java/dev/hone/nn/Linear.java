package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;

/**
 * y = x weight^T + bias, {@code [N, in]} to {@code [N, out]}; parameters {@code weight} {@code
 * [out, in]} and {@code bias} {@code [out]}. Both start uniform within 1 / sqrt(in), as PyTorch's
 * {@code nn.Linear} does (LeCun et al., "Efficient BackProp", section 4.6, up to a constant).
 */
public final class Linear extends Block {
  private final Parameter weight;
  private final Parameter bias;

  public Linear(int in, int out, Random random) {
    float bound = (float) (1 / Math.sqrt(in));
    weight = parameter("weight", random.split(0).uniform(Shape.of(out, in), -bound, bound), true);
    bias = parameter("bias", random.split(1).uniform(Shape.of(out), -bound, bound), false);
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    var tape = x.tape();
    return x.matmul(weight.on(tape).transpose()).plus(bias.on(tape));
  }

  @Override
  protected long multiplyAdds(Shape y) {
    return (long) y.size() * weight.shape().dim(1);
  }
}
