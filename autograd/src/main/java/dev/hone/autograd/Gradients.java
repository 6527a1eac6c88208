package dev.hone.autograd;

import dev.hone.tensor.Tensor;
import java.util.Map;

/**
 * What {@link Tape#gradients} returns: a tensor per target, of the target's shape. There is nothing
 * to zero and nothing to leave behind. They live as long as the tape; {@link Tensor#keep} one to
 * own it.
 */
public final class Gradients {
  private final Map<Variable, Tensor> byTarget;

  Gradients(Map<Variable, Tensor> byTarget) {
    this.byTarget = byTarget;
  }

  /** The gradient with respect to {@code target}, which must have been asked for. */
  public Tensor get(Variable target) {
    Tensor g = byTarget.get(target);
    if (g == null) {
      throw new IllegalArgumentException(
          "gradients: " + target + " was not among the targets; name it in tape.gradients(...)");
    }
    return g;
  }
}
