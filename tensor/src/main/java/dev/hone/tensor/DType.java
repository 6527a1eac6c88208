package dev.hone.tensor;

/** The kind of number a tensor holds. */
public enum DType {
  /** Values, weights, gradients; masks are 0 and 1. */
  FLOAT32,
  /** Labels and indices. */
  INT32
}
