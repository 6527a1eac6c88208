package dev.hone.tensor.conformance;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One row of the table: an op of {@link Backend}, operands and attributes.
 *
 * @param op the {@link Backend} method it exercises
 * @param variant what tells it from the op's other rows
 * @param inputs the operands
 * @param tolerance how far the results may lie from the oracle's
 * @param function the op, attributes included; it leaves its operands as they are
 */
public record OpCase(
    String op,
    String variant,
    List<Input> inputs,
    Tolerance tolerance,
    UnaryOperator<List<Tensor>> function) {
  private static final long SEED = 20250514;

  /** The operands on {@code backend}: the same numbers on every one, and in every run. */
  public List<Tensor> inputsOn(Backend backend) {
    var philox = new Philox(SEED, toString().hashCode());
    var tensors = new ArrayList<Tensor>();
    for (Input input : inputs) {
      tensors.add(input.on(backend, philox.split(tensors.size())));
    }
    return tensors;
  }

  /** What the op makes of {@code operands}. */
  public List<Tensor> apply(List<Tensor> operands) {
    return function.apply(operands);
  }

  /** Such as {@code binary plus [7, 9] [9]}. */
  @Override
  public String toString() {
    var s = new StringBuilder(op);
    if (!variant.isEmpty()) {
      s.append(' ').append(variant);
    }
    inputs.forEach(i -> s.append(' ').append(i));
    return s.toString();
  }
}
