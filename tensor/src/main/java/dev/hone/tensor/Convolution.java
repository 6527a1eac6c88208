package dev.hone.tensor;

/**
 * The geometry of a 2-D convolution (cross-correlation, as everywhere in deep learning):
 *
 * <pre>y[n, k, oh, ow] = sum over c, i, j of
 *     x[n, c, oh * stride + i * dilation - padding, ow * stride + j * dilation - padding]
 *     * w[k, c, i, j]</pre>
 *
 * with x {@code [N, C, H, W]}, w {@code [K, C, KH, KW]}, y {@code [N, K, OH, OW]}.
 */
public record Convolution(int stride, int padding, int dilation) {
  public Convolution {
    if (stride < 1 || padding < 0 || dilation < 1) {
      throw new IllegalArgumentException(
          "convolution: needs stride >= 1, padding >= 0, dilation >= 1, but got stride "
              + stride
              + ", padding "
              + padding
              + ", dilation "
              + dilation);
    }
  }

  public Convolution(int stride, int padding) {
    this(stride, padding, 1);
  }

  /** The shape of y, {@code [N, K, OH, OW]}; complains where x and w do not fit. */
  public Shape output(Shape x, Shape w) {
    x.requireRank("convolution", "x", 4);
    w.requireRank("convolution", "w", 4);
    if (x.dim(1) != w.dim(1)) {
      throw new ShapeException(
          "convolution: x "
              + x
              + " has "
              + x.dim(1)
              + " channels, but w "
              + w
              + " expects "
              + w.dim(1)
              + "; x is [N, C, H, W] and w is [K, C, KH, KW]");
    }
    return Shape.of(x.dim(0), w.dim(0), extent(x, w, 2), extent(x, w, 3));
  }

  private int extent(Shape x, Shape w, int axis) {
    if (w.dim(axis) == 0) {
      throw new ShapeException("convolution: w " + w + " has no kernel along axis " + axis);
    }
    int reach = dilation * (w.dim(axis) - 1) + 1;
    int room = x.dim(axis) + 2 * padding - reach;
    if (room < 0) {
      throw new ShapeException(
          "convolution: the kernel of w "
              + w
              + " reaches over "
              + reach
              + " elements of axis "
              + axis
              + ", but x "
              + x
              + " with padding "
              + padding
              + " has "
              + (x.dim(axis) + 2 * padding)
              + "; pad more or shrink the kernel");
    }
    return room / stride + 1;
  }

  /**
   * The shape of a transposed convolution's output, {@code [N, C, H, W]}: the smallest x that this
   * convolution takes to y's shape, plus {@code outputPadding} at the far edges.
   */
  public Shape transposedOutput(Shape y, Shape w, int outputPadding) {
    y.requireRank("transposed convolution", "x", 4);
    w.requireRank("transposed convolution", "w", 4);
    if (y.dim(1) != w.dim(0)) {
      throw new ShapeException(
          "transposed convolution: x "
              + y
              + " has "
              + y.dim(1)
              + " channels, but w "
              + w
              + " expects "
              + w.dim(0)
              + "; w is [in, out, KH, KW]");
    }
    if (outputPadding < 0 || outputPadding >= Math.max(stride, dilation)) {
      throw new ShapeException(
          "transposed convolution: output padding "
              + outputPadding
              + " must be below the stride "
              + stride
              + " or the dilation "
              + dilation);
    }
    int[] d = {y.dim(0), w.dim(1), 0, 0};
    for (int axis = 2; axis < 4; axis++) {
      d[axis] =
          (y.dim(axis) - 1) * stride
              - 2 * padding
              + dilation * (w.dim(axis) - 1)
              + 1
              + outputPadding;
      if (d[axis] < 0) {
        throw new ShapeException(
            "transposed convolution: padding "
                + padding
                + " leaves nothing of axis "
                + axis
                + " for x "
                + y
                + " and w "
                + w);
      }
    }
    return Shape.of(d);
  }
}
