package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/**
 * Bilinear interpolation of {@code [N, C, H, W]} to {@code [N, C, size, size]}, as PyTorch's {@code
 * interpolate(..., mode="bilinear", align_corners=False)}, without antialiasing: the centre of
 * output pixel o lies at
 *
 * <pre>s = max((o + 1/2) H / size - 1/2, 0)</pre>
 *
 * between input pixels floor(s) and min(floor(s) + 1, H - 1), which share it linearly. Shrinking
 * skips pixels; that is what FID is defined with.
 */
public final class BilinearResize extends Block {
  private final int size;

  public BilinearResize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("resize: size must be positive, but is " + size);
    }
    this.size = size;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    x.shape().requireRank("resize", "x", 4);
    int height = x.shape().dim(2);
    int width = x.shape().dim(3);
    if (height == size && width == size) {
      return x;
    }
    // Two of the products in each sum are not 0 times a pixel: the weights are in rows of a matrix.
    Variable columns = x.matmul(weights(x.tape(), x, width).transpose());
    return weights(x.tape(), x, height).matmul(columns);
  }

  /** Row o holds the shares of the {@code from} input pixels in output pixel o. */
  private Variable weights(Tape tape, Variable like, int from) {
    double[] w = new double[size * from];
    for (int o = 0; o < size; o++) {
      double s = Math.max((o + 0.5) * from / size - 0.5, 0);
      int first = (int) s;
      int second = Math.min(first + 1, from - 1);
      w[o * from + first] += 1 - (s - first);
      w[o * from + second] += s - first;
    }
    return tape.constant(Tensor.ofDoubles(like.value().backend(), Shape.of(size, from), w));
  }
}
