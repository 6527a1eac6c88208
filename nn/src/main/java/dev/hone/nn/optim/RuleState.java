package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.StepRule;
import java.util.List;
import java.util.Map;

/**
 * What an {@link UpdateRule} remembers of one tensor between steps: running averages of that
 * tensor's shape, and how many steps were taken. A checkpoint holds both.
 */
public abstract class RuleState {
  private long count;

  RuleState() {}

  /** The averages by name, live: {@link Tensor#assign} to one restores it. */
  public abstract Map<String, Tensor> tensors();

  /** The averages, live, in the order of their rule's {@link StepRule}. */
  public final List<Tensor> averages() {
    return List.copyOf(tensors().values());
  }

  /** How many steps were taken. */
  public final long count() {
    return count;
  }

  /** Sets how many steps were taken, when a run is resumed. */
  public final void count(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException(
          "update rule: the number of steps taken must not be negative, but is " + steps);
    }
    count = steps;
  }

  /** Counts a step; returns its number t, from 1. */
  final long advance() {
    return ++count;
  }

  /** A rule that remembers nothing. */
  public static final class Empty extends RuleState {
    @Override
    public Map<String, Tensor> tensors() {
      return Map.of();
    }
  }
}
