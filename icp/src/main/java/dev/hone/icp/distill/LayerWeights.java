package dev.hone.icp.distill;

/**
 * w_i: how much each tapped layer, i = 0 (shallowest) .. n - 1, counts in the distillation loss.
 */
public enum LayerWeights {
  /** 1 for all. */
  UNIFORM,
  /** {@code cos((n-1-i)/(n-1) * pi/4)}, from .707 to 1: as the paper's text has it. */
  DEEPER,
  /** {@code cos(i/(n-1) * pi/4)}, from 1 to .707: as the authors' later code has it. */
  SHALLOWER;

  /** The weight of layer {@code i} of {@code n}; a single layer has weight 1. */
  public double of(int i, int n) {
    if (n < 1 || i < 0 || i >= n) {
      throw new IllegalArgumentException("layer weights: there is no layer " + i + " of " + n);
    }
    if (n == 1) {
      return 1;
    }
    double depth = (double) i / (n - 1);
    return switch (this) {
      case UNIFORM -> 1;
      case DEEPER -> Math.cos((1 - depth) * Math.PI / 4);
      case SHALLOWER -> Math.cos(depth * Math.PI / 4);
    };
  }
}
