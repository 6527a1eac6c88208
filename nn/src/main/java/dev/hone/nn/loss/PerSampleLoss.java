package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import java.util.Optional;

/**
 * The loss of each sample of a batch, from the model's output. ICP descends on the sum over the
 * batch, so that each sample sees its own gradient whatever the batch size.
 */
@FunctionalInterface
public interface PerSampleLoss {
  /**
   * @param output the model's output for the batch, {@code [N, ...]}
   * @return {@code [N]}
   */
  Variable of(Variable output);

  /**
   * The same loss bound to the samples {@code from} (inclusive) to {@code to} (exclusive) of its
   * batch alone, so that a batch can be worked on in parts; empty where it cannot be cut, as with a
   * lambda.
   */
  default Optional<PerSampleLoss> part(int from, int to) {
    return Optional.empty();
  }
}
