package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Pooling;
import java.util.List;

/**
 * Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003, equation 7): {@link Ssim}'s
 * contrast and structure at each scale, halved by 2x2 averages from one to the next, and its whole
 * at the last,
 *
 * <pre>ms-ssim = cs_1^w_1 ... cs_(M-1)^w_(M-1) ssim_M^w_M,</pre>
 *
 * per channel, then averaged. As in pytorch-msssim a negative factor, which has no real power,
 * counts as 0 (and passes no gradient). A last row or column that no 2x2 window fills is left out;
 * pytorch-msssim pads with black there, so on sides that do not halve evenly the two differ.
 *
 * @param range the distance from the darkest possible pixel to the brightest
 * @param weights one exponent per scale, finest first, positive
 */
public record MultiScaleSsim(double range, List<Double> weights) implements ImageSimilarity {
  /** The exponents for five scales of the paper's section 3.2. */
  private static final List<Double> WANG = List.of(0.0448, 0.2856, 0.3001, 0.2363, 0.1333);

  /**
   * Below this a factor's power, whose slope is infinite at 0, is cut off: gradients stay finite.
   */
  private static final float FLOOR = 1e-12f;

  public MultiScaleSsim {
    Ssim.requireRange(range);
    if (weights.isEmpty() || weights.stream().anyMatch(w -> !(w > 0 && w < 100))) {
      throw new IllegalArgumentException(
          "ms-ssim: needs one positive weight per scale, but got " + weights);
    }
    weights = List.copyOf(weights);
  }

  /** Five scales with the paper's weights; sides of at least 176 pixels. */
  public MultiScaleSsim(double range) {
    this(range, WANG);
  }

  /** The paper's first {@code scales} weights, over their sum: for images too small for five. */
  public static MultiScaleSsim ofScales(double range, int scales) {
    if (scales < 1 || scales > WANG.size()) {
      throw new IllegalArgumentException(
          "ms-ssim: scales must be 1 to " + WANG.size() + ", but are " + scales);
    }
    List<Double> first = WANG.subList(0, scales);
    double sum = first.stream().mapToDouble(w -> w).sum();
    return new MultiScaleSsim(range, first.stream().map(w -> w / sum).toList());
  }

  /** How many of the five scales fit images whose smaller side has {@code side} pixels. */
  public static int scalesFor(int side) {
    int scales = 0;
    while (scales < WANG.size() && side >> scales >= Ssim.WINDOW) {
      scales++;
    }
    return scales;
  }

  /** The least number of pixels a side: the window must fit the coarsest scale. */
  public int smallestSide() {
    return Ssim.WINDOW << (weights.size() - 1);
  }

  @Override
  public Variable of(Variable x, Variable y) {
    Ssim.requireFit("ms-ssim", x, y, smallestSide(), wayOut(x));
    Variable product = factor(x, y, 0);
    Variable coarseX = x;
    Variable coarseY = y;
    for (int scale = 1; scale < weights.size(); scale++) {
      coarseX = coarseX.averagePool(new Pooling(2));
      coarseY = coarseY.averagePool(new Pooling(2));
      product = product.times(factor(coarseX, coarseY, scale));
    }
    return product.mean(1);
  }

  /** What {@code scale} multiplies, {@code [N, C]}. */
  private Variable factor(Variable x, Variable y, int scale) {
    Ssim.Parts parts = new Ssim(range).parts(x, y);
    boolean last = scale == weights.size() - 1;
    return power(last ? parts.ssim() : parts.contrastStructure(), weights.get(scale));
  }

  private String wayOut(Variable x) {
    int side = x.shape().rank() < 4 ? 0 : Math.min(x.shape().dim(2), x.shape().dim(3));
    int fitting = scalesFor(side);
    return fitting == 0
        ? "; enlarge the images"
        : "; enlarge the images, or use MultiScaleSsim.ofScales(range, " + fitting + ")";
  }

  /** max(x, 0)^w, without the infinite slope at 0. */
  private static Variable power(Variable x, double w) {
    Variable positive = x.tape().constant(x.value().greater(x.value().fullLike(0)));
    return x.clamp(FLOOR, Float.MAX_VALUE).pow(w).times(positive);
  }
}
