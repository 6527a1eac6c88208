package dev.hone.nn;

import dev.hone.autograd.Variable;

/**
 * In train mode sets each element to 0 with probability p and divides the others by 1 - p, so that
 * the mean stays (Srivastava et al. 2014); in eval mode does nothing.
 */
public final class Dropout extends Block {
  private final float p;

  public Dropout(float p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: p must be in [0, 1), but is " + p);
    }
    this.p = p;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return switch (mode) {
      case Mode.Eval _, Mode.Frozen _ -> x;
      case Mode.Train train -> x.times(x.tape().constant(train.random().dropoutMask(x.shape(), p)));
    };
  }
}
