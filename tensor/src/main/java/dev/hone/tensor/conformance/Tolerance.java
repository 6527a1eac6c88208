package dev.hone.tensor.conformance;

/**
 * How far a float32 result may lie from the double-precision oracle's. {@code u} is float32's
 * rounding unit, 2^-24: one rounding moves a number by at most u relative to itself.
 */
public sealed interface Tolerance {
  /** float32's rounding unit. */
  double U = 0x1p-24;

  /** Elements were only moved: the same bits, the sign of a zero included. */
  record SameBits() implements Tolerance {}

  /** One correctly rounded operation (or none): the same number; zeros may differ in sign. */
  record Exact() implements Tolerance {}

  /**
   * A transcendental function: {@code ulps} units in the last place, enough for a short polynomial
   * and too little for one that cancels. Results below float32's normal range may become 0.
   */
  record Ulps(double ulps) implements Tolerance {}

  /**
   * A sum of {@code terms} products, in any order: the rounding errors of a sum grow like the
   * square root of its length, relative to the sum of the terms' absolute values, which is what the
   * same op gives for the operands' absolute values.
   */
  record OfTerms(int terms) implements Tolerance {}

  /**
   * A longer formula whose error is best seen against the result's largest element: {@code units}
   * times u times that.
   */
  record OfLargest(double units) implements Tolerance {}

  Tolerance SAME_BITS = new SameBits();
  Tolerance EXACT = new Exact();

  /**
   * For convolutions by Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv 1509.09308), whose transforms
   * multiply by up to 8 and subtract: 105 units were seen over the table and 168 over ResNet-20's
   * shapes with other numbers, against 19 for the direct way; for the weights' gradient at batch
   * 128, 69 against 6.
   */
  Tolerance WINOGRAD = new OfLargest(200);

  /** {@code row}'s own, or {@link #WINOGRAD} where a backend may convolve that way. */
  static Tolerance withWinograd(OpCase row) {
    return switch (row.op()) {
      case "convolution", "convolutionInputGradient", "convolutionWeightGradient" -> WINOGRAD;
      default -> row.tolerance();
    };
  }

  /**
   * Whether {@code got} is close enough to {@code want}.
   *
   * @param terms the sum of the terms' absolute values, for {@link OfTerms}
   * @param largest the result's largest absolute value, for {@link OfLargest}
   */
  default boolean accepts(double want, double got, double terms, double largest) {
    float wanted = (float) want;
    if (this instanceof SameBits) {
      return Float.floatToIntBits(wanted) == Float.floatToIntBits((float) got);
    }
    if (wanted == (float) got || (Double.isNaN(want) && Double.isNaN(got))) {
      return true;
    }
    return Float.isFinite(wanted) && Math.abs(got - want) <= allowed(want, terms, largest);
  }

  private double allowed(double want, double terms, double largest) {
    return switch (this) {
      case SameBits _, Exact _ -> 0;
      case Ulps t -> Math.max(t.ulps() * Math.ulp((float) want), Float.MIN_NORMAL);
      case OfTerms t -> (4 + 2 * Math.sqrt(t.terms())) * U * terms;
      case OfLargest t -> t.units() * U * largest;
    };
  }
}
