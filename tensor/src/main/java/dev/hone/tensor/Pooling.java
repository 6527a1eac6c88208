package dev.hone.tensor;

/**
 * A square pooling window over {@code [N, C, H, W]}. Padding counts as zeros in an average (and in
 * its divisor, as in PyTorch) and as minus infinity in a maximum.
 */
public record Pooling(int kernel, int stride, int padding) {
  public Pooling {
    if (kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2) {
      throw new IllegalArgumentException(
          "pooling: needs kernel >= 1, stride >= 1, 0 <= padding <= kernel / 2, but got kernel "
              + kernel
              + ", stride "
              + stride
              + ", padding "
              + padding);
    }
  }

  /** Windows side by side. */
  public Pooling(int kernel) {
    this(kernel, kernel, 0);
  }

  /** The shape of the pooled tensor, {@code [N, C, OH, OW]}. */
  public Shape output(Shape x) {
    x.requireRank("pooling", "x", 4);
    int[] d = x.dims();
    for (int axis = 2; axis < 4; axis++) {
      int room = d[axis] + 2 * padding - kernel;
      if (room < 0) {
        throw new ShapeException(
            "pooling: a window of "
                + kernel
                + " does not fit axis "
                + axis
                + " of x "
                + x
                + " with padding "
                + padding
                + "; pool less or earlier");
      }
      d[axis] = room / stride + 1;
    }
    return Shape.of(d);
  }
}
