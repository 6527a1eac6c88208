package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Pooling;

/** The mean of each window, {@code [N, C, H, W]} to {@code [N, C, OH, OW]}. */
public final class AveragePool extends Block {
  private final Pooling pooling;

  public AveragePool(Pooling pooling) {
    this.pooling = pooling;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.averagePool(pooling);
  }
}
