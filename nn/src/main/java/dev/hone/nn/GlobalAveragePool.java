package dev.hone.nn;

import dev.hone.autograd.Variable;

/** The mean of each channel, {@code [N, C, H, W]} to {@code [N, C]}. */
public final class GlobalAveragePool extends Block {
  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.globalAveragePool();
  }
}
