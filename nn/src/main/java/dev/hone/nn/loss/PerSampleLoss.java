package dev.hone.nn.loss;

import dev.hone.autograd.Variable;

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
}
