package dev.hone.nn;

import dev.hone.autograd.Variable;

/** {@code [N, ...]} to {@code [N, D]}: each sample's elements in row-major order. */
public final class Flatten extends Block {
  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.reshape(x.shape().dim(0), x.shape().without(0).size());
  }
}
