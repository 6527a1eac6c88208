package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Pooling;

/** The largest element of each window, {@code [N, C, H, W]} to {@code [N, C, OH, OW]}. */
public final class MaxPool extends Block {
  private final Pooling pooling;

  public MaxPool(Pooling pooling) {
    this.pooling = pooling;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.maxPool(pooling);
  }
}
