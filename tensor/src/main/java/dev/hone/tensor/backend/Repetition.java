package dev.hone.tensor.backend;

import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Steps that follow each other and differ in nothing but the numbers of their rules, such as those
 * of a perturbation. {@link #run} takes them one by one, which is the definition; {@link
 * Backend#repeat} may do so with fewer calls.
 *
 * @param rules one for each step, all of one kind, though the first may start differently
 * @param step what is done each time
 * @param failure what is thrown of a gradient that is not finite
 */
public record Repetition(List<StepRule> rules, Step step, Failure failure) {
  public Repetition {
    rules = List.copyOf(rules);
  }

  /**
   * One of the steps. A backend may call it fewer times than there are steps and let its device
   * repeat what it did. So each call must do the same work on the same tensors, give its rule to
   * {@link Backend#step} or {@link Backend#stride} only, and leave nothing open that it makes; and
   * it should read nothing back, which costs the repetition.
   */
  @FunctionalInterface
  public interface Step {
    void take(StepRule rule, Finite finite);
  }

  /** Where a step shows its gradient. */
  @FunctionalInterface
  public interface Finite {
    /**
     * Lets the repetition fail, now or once all steps are done, if {@code g} {@code [N, ...]} has a
     * NaN or an infinity.
     */
    void require(Tensor g);
  }

  /** How the caller says that a gradient was not finite. */
  @FunctionalInterface
  public interface Failure {
    /**
     * What to throw.
     *
     * @param step the first with such a gradient, from 0
     * @param sample the first such of that step
     */
    RuntimeException of(int step, int sample);
  }

  /** Takes the steps one by one. */
  public void run() {
    for (int t = 0; t < rules.size(); t++) {
      step.take(rules.get(t), finiteAt(t));
    }
  }

  /** The check of step t, which fails at once. */
  public Finite finiteAt(int t) {
    return g -> requireFinite(g, t);
  }

  /** By each sample's sum, which is finite where all its elements are. */
  private void requireFinite(Tensor g, int t) {
    if (g.shape().size() == 0) {
      return;
    }
    int rank = g.shape().rank();
    Tensor sums = rank == 1 ? g : g.sum(IntStream.range(1, rank).toArray());
    double[] bySample = sums.toDoubles();
    for (int i = 0; i < bySample.length; i++) {
      if (!Double.isFinite(bySample[i])) {
        throw failure.of(t, i);
      }
    }
  }
}
