package dev.hone.nn;

import dev.hone.autograd.Variable;

/** max(x, 0), whatever the shape. */
public final class ReLU extends Block {
  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.relu();
  }
}
