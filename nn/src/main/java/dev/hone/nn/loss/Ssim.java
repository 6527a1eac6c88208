package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.List;

/**
 * The structural similarity of Wang et al. 2004 ("Image quality assessment: from error visibility
 * to structural similarity", equation 13), averaged over the valid positions of an 11x11 Gaussian
 * window of deviation 1.5 and over the channels:
 *
 * <pre>ssim = l cs,  l  = (2 mu_x mu_y + C1) / (mu_x^2 + mu_y^2 + C1)
 *               cs = (2 s_xy + C2) / (s_x^2 + s_y^2 + C2)
 * C1 = (0.01 range)^2, C2 = (0.03 range)^2</pre>
 *
 * with means and population (co)variances under the window. Exact in double; on float32 backends a
 * sample's value is within 1e-5 of that.
 *
 * @param range the distance from the darkest possible pixel to the brightest: 1, 2 or 255
 */
public record Ssim(double range) implements ImageSimilarity {
  /** Pixels a side of the window, and so the least that an image must have. */
  public static final int WINDOW = 11;

  private static final double DEVIATION = 1.5;
  private static final double K1 = 0.01;
  private static final double K2 = 0.03;
  private static final Convolution VALID = new Convolution(1, 0);

  public Ssim {
    requireRange(range);
  }

  static void requireRange(double range) {
    if (!(range > 0 && range < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "ssim: range must be positive, such as 1 for pixels in [0, 1], but is " + range);
    }
  }

  @Override
  public Variable of(Variable x, Variable y) {
    requireFit("ssim", x, y, WINDOW, "; enlarge the images");
    return parts(x, y).ssim().mean(1);
  }

  /** The means over the window's positions, {@code [N, C]} each. */
  record Parts(Variable ssim, Variable contrastStructure) {}

  Parts parts(Variable x, Variable y) {
    int n = x.shape().dim(0);
    int channels = x.shape().dim(1);
    Variable planesX = planes(x);
    Variable planesY = planes(y);
    // (Co)variances do not depend on the origin; near the images' mean fewer digits cancel.
    Variable origin = planesX.detach().plus(planesY.detach()).mean(1, 2, 3).times(0.5);
    origin = origin.reshape(-1, 1, 1, 1);
    Variable a = planesX.minus(origin);
    Variable b = planesY.minus(origin);
    Variable blurred = blur(Variable.concat(0, List.of(a, b, a.square(), b.square(), a.times(b))));
    Variable meanA = part(blurred, 0);
    Variable meanB = part(blurred, 1);
    Variable variances =
        part(blurred, 2).minus(meanA.square()).plus(part(blurred, 3).minus(meanB.square()));
    Variable covariance = part(blurred, 4).minus(meanA.times(meanB));
    Variable cs = ratio(covariance, variances, K2);
    Variable muX = meanA.plus(origin);
    Variable muY = meanB.plus(origin);
    Variable l = ratio(muX.times(muY), muX.square().plus(muY.square()), K1);
    return new Parts(
        l.times(cs).mean(1, 2, 3).reshape(n, channels), cs.mean(1, 2, 3).reshape(n, channels));
  }

  /** (2 product + C) / (squares + C) with C = (k range)^2. */
  private Variable ratio(Variable product, Variable squares, double k) {
    double c = k * range * (k * range);
    return product.times(2).plus(c).dividedBy(squares.plus(c));
  }

  /** {@code [N, C, H, W]} to {@code [N C, 1, H, W]}: each channel is an image of its own. */
  private static Variable planes(Variable x) {
    Shape s = x.shape();
    return x.reshape(s.dim(0) * s.dim(1), 1, s.dim(2), s.dim(3));
  }

  /** The i-th fifth of the batch. */
  private static Variable part(Variable x, int i) {
    int n = x.shape().dim(0) / 5;
    return x.slice(0, i * n, (i + 1) * n);
  }

  /** The mean under the window at each place it fits: down the columns, then along the rows. */
  private static Variable blur(Variable x) {
    Tensor w = window(x.value().backend());
    return x.convolution(x.tape().constant(w.reshape(1, 1, WINDOW, 1)), VALID)
        .convolution(x.tape().constant(w.reshape(1, 1, 1, WINDOW)), VALID);
  }

  /** One side of the separable window, {@code [11]}, with sum 1. */
  private static Tensor window(Backend backend) {
    double[] w = new double[WINDOW];
    double sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      double distance = (i - WINDOW / 2) / DEVIATION;
      w[i] = Math.exp(-distance * distance / 2);
      sum += w[i];
    }
    for (int i = 0; i < WINDOW; i++) {
      w[i] /= sum;
    }
    return Tensor.ofDoubles(backend, Shape.of(WINDOW), w);
  }

  /** x and y must be images of one shape, at least {@code smallest} pixels a side. */
  static void requireFit(String op, Variable x, Variable y, int smallest, String wayOut) {
    x.shape().requireRank(op, "x", 4);
    if (!x.shape().equals(y.shape())) {
      throw new ShapeException(op + ": x " + x.shape() + " and y " + y.shape() + " differ");
    }
    int side = Math.min(x.shape().dim(2), x.shape().dim(3));
    if (side < smallest) {
      throw new ShapeException(
          op
              + ": images need at least "
              + smallest
              + " pixels a side, but x is "
              + x.shape()
              + wayOut);
    }
  }
}
