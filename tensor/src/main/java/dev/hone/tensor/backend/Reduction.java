package dev.hone.tensor.backend;

/** Functions of all elements along some axes. Of nothing: sum 0, mean NaN, max minus infinity. */
public enum Reduction {
  SUM,
  MEAN,
  /** NaN if any element is NaN. */
  MAX;

  /** The name that errors and tables use. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
