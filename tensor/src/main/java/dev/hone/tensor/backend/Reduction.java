package dev.hone.tensor.backend;

/** Functions of all elements along some axes. Of nothing: sum 0, mean NaN, max minus infinity. */
public enum Reduction {
  SUM,
  MEAN,
  /** NaN if any element is NaN. */
  MAX;

  private final String label = name().toLowerCase(java.util.Locale.ROOT);

  /** The name that errors and tables use. */
  public String label() {
    return label;
  }
}
