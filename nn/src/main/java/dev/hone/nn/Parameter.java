package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/** A tensor that training changes. It owns its memory, which stays the same from step to step. */
public final class Parameter {
  private final Tensor value;
  private final boolean decays;

  /**
   * @param value the initial value, which the parameter takes over
   * @param decays whether weight decay applies: to weights of convolutions and linear layers, by
   *     custom also to the rest; {@link dev.hone.nn} models say which
   */
  public Parameter(Tensor value, boolean decays) {
    this.value = value.keep();
    this.decays = decays;
  }

  public Tensor value() {
    return value;
  }

  public Shape shape() {
    return value.shape();
  }

  /** Whether it is a weight proper, and not a bias or a batch norm's scale or shift. */
  public boolean decays() {
    return decays;
  }

  /** The parameter as a variable of {@code tape}; the same one however often it is used. */
  public Variable on(Tape tape) {
    return tape.watch(value);
  }
}
