package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an op's backward pass may look at: its inputs and its output. */
public final class Saved {
  private final List<Tensor> inputs;
  private @Nullable Tensor output;

  public Saved(List<Tensor> inputs) {
    this.inputs = List.copyOf(inputs);
  }

  public Tensor input(int i) {
    return inputs.get(i);
  }

  public List<Tensor> inputs() {
    return inputs;
  }

  /** y; known once the forward pass is done. */
  public Tensor output() {
    if (output == null) {
      throw new IllegalStateException("the forward pass has not finished");
    }
    return output;
  }

  /** Runs the forward pass and remembers y. */
  public Tensor run(Op op) {
    Tensor y = op.forward(this);
    output = y;
    return y;
  }
}
