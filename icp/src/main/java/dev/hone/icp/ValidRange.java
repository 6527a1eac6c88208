package dev.hone.icp;

import dev.hone.nn.Normalization;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values an input may take, <b>in the units of the tensor that is passed</b>, whatever {@link
 * Space} eps is stated in. {@link #of(Normalization)} gives those of normalised pixels.
 *
 * @param low the least value of each channel, or one for all
 * @param high the largest value of each channel, or one for all
 */
public record ValidRange(List<Float> low, List<Float> high) {
  public ValidRange {
    low = List.copyOf(low);
    high = List.copyOf(high);
    if (low.isEmpty() || low.size() != high.size()) {
      throw new IllegalArgumentException(
          "valid range: needs as many lower as upper bounds, one for all channels or one each, but"
              + " got "
              + low.size()
              + " and "
              + high.size());
    }
    for (int c = 0; c < low.size(); c++) {
      if (!(low.get(c) <= high.get(c))) {
        throw new IllegalArgumentException(
            "valid range: needs low <= high, but got " + low + ", " + high);
      }
    }
  }

  /** Every number. */
  public static ValidRange unlimited() {
    return of(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
  }

  /** The same bounds for all channels; {@code of(0, 1)} for pixels. */
  public static ValidRange of(float low, float high) {
    return new ValidRange(List.of(low), List.of(high));
  }

  /** Pixels in [0, 1] after {@code normalization}: (0 - mean) / std to (1 - mean) / std. */
  public static ValidRange of(Normalization normalization) {
    return ofPixels(0, 1, normalization);
  }

  /** Pixels in {@code [low, high]} after {@code normalization}. */
  public static ValidRange ofPixels(float low, float high, Normalization normalization) {
    double[] mean = normalization.mean().toDoubles();
    double[] std = normalization.std().toDoubles();
    var lows = new ArrayList<Float>();
    var highs = new ArrayList<Float>();
    for (int c = 0; c < mean.length; c++) {
      lows.add((float) ((low - mean[c]) / std[c]));
      highs.add((float) ((high - mean[c]) / std[c]));
    }
    return new ValidRange(lows, highs);
  }

  boolean isUnlimited() {
    return Collections.max(low) == Float.NEGATIVE_INFINITY
        && Collections.min(high) == Float.POSITIVE_INFINITY;
  }

  /** The point of the range nearest to x {@code [N, C, ...]}. */
  Tensor clamp(Tensor x) {
    if (isUnlimited()) {
      return x;
    }
    if (low.size() == 1) {
      return x.clamp(low.getFirst(), high.getFirst());
    }
    return x.maximum(bound(low, x)).minimum(bound(high, x));
  }

  /** The least values, broadcasting to x; null: none. */
  @Nullable Tensor low(Tensor x) {
    return isUnlimited() ? null : bound(low, x);
  }

  /** The largest values, broadcasting to x; null: none. */
  @Nullable Tensor high(Tensor x) {
    return isUnlimited() ? null : bound(high, x);
  }

  private static Tensor bound(List<Float> bounds, Tensor x) {
    if (bounds.size() == 1) {
      return x.backend().full(Shape.of(), x.dtype(), bounds.getFirst(), x.arena());
    }
    if (x.shape().rank() < 2 || x.shape().dim(1) != bounds.size()) {
      throw new ShapeException(
          "valid range: bounds are for " + bounds.size() + " channels, but x is " + x.shape());
    }
    double[] values = bounds.stream().mapToDouble(Float::doubleValue).toArray();
    Tensor perChannel = Tensor.ofDoubles(x.backend(), Shape.of(values.length), values);
    return Axes.perChannel(perChannel, x.shape().rank());
  }
}
