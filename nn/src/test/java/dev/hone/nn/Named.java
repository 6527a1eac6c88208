package dev.hone.nn;

import dev.hone.tensor.Tensor;

/** Looks up what must be there. */
public final class Named {
  private Named() {}

  /** The parameter called {@code name}. */
  public static Parameter parameter(Block block, String name) {
    Parameter p = block.parameters().get(name);
    if (p == null) {
      throw new AssertionError("no " + name + " among " + block.parameters().keySet());
    }
    return p;
  }

  /** The value of the parameter or buffer called {@code name}. */
  public static Tensor state(Block block, String name) {
    Tensor t = block.state().get(name);
    if (t == null) {
      throw new AssertionError("no " + name + " among " + block.state().keySet());
    }
    return t;
  }
}
