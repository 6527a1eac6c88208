package dev.hone.tensor.backend;

import dev.hone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a step leads from x {@code [N, ...]} to where x goes next:
 *
 * <pre>
 * there = x - eps * step / unit, with step that of g / unit       (+ where it goes up)
 * there = min(max(there, origin - radius), origin + radius)
 * there = min(max(there, low), high)
 * there = x where movable is 0
 * </pre>
 *
 * <p>Every tensor broadcasts to x; what is null is left out.
 *
 * @param up whether the step is added
 * @param unit such as the standard deviation of each channel
 * @param radius how far an element may be from its origin
 * @param low given with high
 */
public record Stride(
    Tensor eps,
    boolean up,
    @Nullable Tensor unit,
    @Nullable Tensor radius,
    @Nullable Tensor low,
    @Nullable Tensor high,
    @Nullable Tensor movable) {
  public Stride {
    if ((low == null) != (high == null)) {
      throw new IllegalArgumentException("stride: low and high bounds come together or not at all");
    }
  }

  /**
   * Where {@code rule}'s step for g leads from x, composed of other ops: the definition.
   *
   * @param origin of x's shape
   */
  Tensor apply(StepRule rule, List<Tensor> averages, Tensor g, Tensor x, Tensor origin) {
    Tensor step = rule.apply(averages, unit == null ? g : g.dividedBy(unit)).times(eps);
    step = unit == null ? step : step.dividedBy(unit);
    Tensor there = up ? x.plus(step) : x.minus(step);
    if (radius != null) {
      there = there.maximum(origin.minus(radius)).minimum(origin.plus(radius));
    }
    if (low != null && high != null) {
      there = there.maximum(low).minimum(high);
    }
    return movable == null ? there : Tensor.where(movable, there, x);
  }
}
