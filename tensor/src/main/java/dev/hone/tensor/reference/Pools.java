package dev.hone.tensor.reference;

import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;

/** Pooling over square windows of {@code [N, C, H, W]}, its gradients, and nearest upsampling. */
final class Pools {
  private Pools() {}

  /** What happens at one output, whose window is rows h0 .. h1-1 and columns v0 .. v1-1 of x. */
  private interface Window {
    void visit(int n, int c, int oh, int ow, int h0, int h1, int v0, int v1);
  }

  /** y = the window's sum / kernel^2: padding counts as zeros. */
  static Array4 average(Array4 x, Pooling p) {
    Array4 y = Array4.zeros(p.output(x.shape()));
    double area = (double) p.kernel() * p.kernel();
    forEachWindow(
        x.shape(),
        p,
        (n, c, oh, ow, h0, h1, v0, v1) -> {
          double sum = 0;
          for (int h = h0; h < h1; h++) {
            for (int v = v0; v < v1; v++) {
              sum += x.get(n, c, h, v);
            }
          }
          y.set(n, c, oh, ow, sum / area);
        });
    return y;
  }

  /** Every element of a window receives dy / kernel^2. */
  static Array4 averageGradient(Array4 dy, Shape x, Pooling p) {
    Array4 dx = Array4.zeros(x);
    double area = (double) p.kernel() * p.kernel();
    forEachWindow(
        x,
        p,
        (n, c, oh, ow, h0, h1, v0, v1) -> {
          for (int h = h0; h < h1; h++) {
            for (int v = v0; v < v1; v++) {
              dx.add(n, c, h, v, dy.get(n, c, oh, ow) / area);
            }
          }
        });
    return dx;
  }

  /** y = the window's largest element; NaN if any is NaN. */
  static Array4 max(Array4 x, Pooling p) {
    Array4 y = Array4.zeros(p.output(x.shape()));
    forEachWindow(
        x.shape(),
        p,
        (n, c, oh, ow, h0, h1, v0, v1) -> {
          double largest = Double.NEGATIVE_INFINITY;
          for (int h = h0; h < h1; h++) {
            for (int v = v0; v < v1; v++) {
              largest = Math.max(largest, x.get(n, c, h, v));
            }
          }
          y.set(n, c, oh, ow, largest);
        });
    return y;
  }

  /** The window's first largest element, row-major, receives dy. */
  static Array4 maxGradient(Array4 dy, Array4 x, Pooling p) {
    Array4 dx = Array4.zeros(x.shape());
    forEachWindow(
        x.shape(),
        p,
        (n, c, oh, ow, h0, h1, v0, v1) -> {
          int row = h0;
          int column = v0;
          for (int h = h0; h < h1; h++) {
            for (int v = v0; v < v1; v++) {
              if (x.get(n, c, h, v) > x.get(n, c, row, column)) {
                row = h;
                column = v;
              }
            }
          }
          if (h0 < h1 && v0 < v1) {
            dx.add(n, c, row, column, dy.get(n, c, oh, ow));
          }
        });
    return dx;
  }

  private static void forEachWindow(Shape x, Pooling p, Window window) {
    Shape y = p.output(x);
    for (int n = 0; n < y.dim(0); n++) {
      for (int c = 0; c < y.dim(1); c++) {
        for (int oh = 0; oh < y.dim(2); oh++) {
          for (int ow = 0; ow < y.dim(3); ow++) {
            int h = oh * p.stride() - p.padding();
            int v = ow * p.stride() - p.padding();
            int h1 = Math.min(h + p.kernel(), x.dim(2));
            int v1 = Math.min(v + p.kernel(), x.dim(3));
            window.visit(n, c, oh, ow, Math.max(h, 0), h1, Math.max(v, 0), v1);
          }
        }
      }
    }
  }

  /** y[n, c, h, v] = x[n, c, h / factor, v / factor]. */
  static Array4 upsampleNearest(Array4 x, int factor) {
    Array4 y = Array4.zeros(Shape.of(x.d0, x.d1, x.d2 * factor, x.d3 * factor));
    for (int n = 0; n < y.d0; n++) {
      for (int c = 0; c < y.d1; c++) {
        for (int h = 0; h < y.d2; h++) {
          for (int v = 0; v < y.d3; v++) {
            y.set(n, c, h, v, x.get(n, c, h / factor, v / factor));
          }
        }
      }
    }
    return y;
  }
}
