package dev.hone.tensor.backend;

/** Functions of one element. {@link #apply} is the definition that every backend must meet. */
public enum Unary {
  NEGATE,
  EXP,
  LOG,
  SQRT,
  RECIPROCAL,
  TANH,
  SIGMOID,
  /** max(x, 0); NaN stays NaN. */
  RELU,
  ABS,
  /** -1, 0 or 1; NaN stays NaN. */
  SIGN;

  private final String label = name().toLowerCase(java.util.Locale.ROOT);

  /** The function in double. */
  public double apply(double x) {
    return switch (this) {
      case NEGATE -> -x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case TANH -> Math.tanh(x);
      case SIGMOID -> x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
      case RELU -> Math.max(x, 0);
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
    };
  }

  /** The name that errors and tables use. */
  public String label() {
    return label;
  }
}
