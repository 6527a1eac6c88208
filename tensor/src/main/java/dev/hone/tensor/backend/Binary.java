package dev.hone.tensor.backend;

/** Functions of two elements, broadcasting. {@link #apply} is the definition. */
public enum Binary {
  PLUS,
  MINUS,
  TIMES,
  DIVIDED_BY,
  POW,
  /** NaN if either is NaN. */
  MINIMUM,
  /** NaN if either is NaN. */
  MAXIMUM,
  /** 1 where a &lt; b, else 0; so for all comparisons. */
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL,
  EQUAL,
  NOT_EQUAL,
  /** a where b &gt; 0, else 0: the gradient of relu, given its output. */
  WHERE_POSITIVE;

  private final String label = name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');

  /** The function in double. */
  public double apply(double a, double b) {
    return switch (this) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDED_BY -> a / b;
      case POW -> Math.pow(a, b);
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case GREATER -> a > b ? 1 : 0;
      case GREATER_EQUAL -> a >= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case WHERE_POSITIVE -> b > 0 ? a : 0;
    };
  }

  /** The name that errors and tables use. */
  public String label() {
    return label;
  }
}
