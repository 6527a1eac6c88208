package dev.hone.nn;

import dev.hone.autograd.Variable;

/** Blocks one after the other, named 0, 1, 2, ...; of none, the identity. */
public final class Sequential extends Block {
  public Sequential(Block... parts) {
    for (int i = 0; i < parts.length; i++) {
      child(Integer.toString(i), parts[i]);
    }
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    Variable y = x;
    for (Block part : children().values()) {
      y = part.apply(y, mode);
    }
    return y;
  }
}
