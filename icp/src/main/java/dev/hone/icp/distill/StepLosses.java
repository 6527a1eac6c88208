package dev.hone.icp.distill;

import dev.hone.tensor.Tensor;

/**
 * What one training step saw.
 *
 * @param task the mean task loss of the batch, before the step
 * @param distillation {@code sum_i w_i mean((F_i - F'_i)^2)}; 0 in epochs without
 * @param a the weight of the task loss; distillation's is 1 - a
 * @param output the model's output in train mode, such as logits {@code [N, classes]}: a copy that
 *     belongs to no tape
 */
public record StepLosses(double task, double distillation, double a, Tensor output) {
  /** {@code a * task + (1 - a) * distillation}: what was descended. */
  public double total() {
    return a * task + (1 - a) * distillation;
  }
}
