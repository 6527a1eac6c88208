package dev.hone.nn.optim;

import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * Limits on gradients, applied in this order; infinity: no limit.
 *
 * @param value the largest magnitude of one element
 * @param norm the largest L2 norm of all gradients together (Pascanu et al., arXiv 1211.5063)
 */
public record Clipping(double value, double norm) {
  public Clipping {
    if (!(value > 0 && norm > 0)) {
      throw new IllegalArgumentException(
          "clipping: limits must be positive, but are value " + value + ", norm " + norm);
    }
  }

  public static Clipping none() {
    return new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  public static Clipping byValue(double limit) {
    return none().withValue(limit);
  }

  public static Clipping byNorm(double limit) {
    return none().withNorm(limit);
  }

  public Clipping withValue(double limit) {
    return new Clipping(limit, norm);
  }

  public Clipping withNorm(double limit) {
    return new Clipping(value, limit);
  }

  /** The gradients within the limits: the same tensors where nothing is clipped. */
  List<Tensor> apply(List<Tensor> gradients) {
    List<Tensor> clipped = gradients;
    if (value < Double.POSITIVE_INFINITY) {
      float limit = (float) value;
      clipped = clipped.stream().map(g -> g.clamp(-limit, limit)).toList();
    }
    if (norm < Double.POSITIVE_INFINITY) {
      double total = globalNorm(clipped);
      if (total > norm) {
        // The 1e-6 is PyTorch's, so that the same runs come out of the same settings.
        double factor = norm / (total + 1e-6);
        clipped = clipped.stream().map(g -> g.times(factor)).toList();
      }
    }
    return clipped;
  }

  /** The L2 norm of all gradients as one vector. */
  static double globalNorm(List<Tensor> gradients) {
    double squares = 0;
    for (Tensor g : gradients) {
      squares += g.times(g).sum().toDoubles()[0];
    }
    return Math.sqrt(squares);
  }
}
