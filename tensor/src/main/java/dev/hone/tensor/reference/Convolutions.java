package dev.hone.tensor.reference;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;

/**
 * Convolution and its two gradients. All three walk the same terms,
 *
 * <pre>y[n, k, oh, ow] += x[n, c, h, v] * w[k, c, i, j]
 *     with h = oh * stride + i * dilation - padding and v likewise from ow and j,</pre>
 *
 * where outside the image x is 0; each gradient moves another factor to the left.
 */
final class Convolutions {
  private Convolutions() {}

  /** What happens where tap (i, j) of the kernel meets pixel (h, v) for output (oh, ow). */
  private interface Meeting {
    void visit(int n, int oh, int ow, int h, int v, int i, int j);
  }

  /** y {@code [N, K, OH, OW]} from x {@code [N, C, H, W]} and w {@code [K, C, KH, KW]}. */
  static Array4 forward(Array4 x, Array4 w, Convolution g) {
    Array4 y = Array4.zeros(g.output(x.shape(), w.shape()));
    forEachMeeting(
        x.shape(),
        w.shape(),
        g,
        (n, oh, ow, h, v, i, j) -> {
          for (int k = 0; k < w.d0; k++) {
            for (int c = 0; c < w.d1; c++) {
              y.add(n, k, oh, ow, x.get(n, c, h, v) * w.get(k, c, i, j));
            }
          }
        });
    return y;
  }

  /** dx {@code [N, C, H, W]} from dy {@code [N, K, OH, OW]} and w {@code [K, C, KH, KW]}. */
  static Array4 inputGradient(Array4 dy, Array4 w, Shape x, Convolution g) {
    Array4 dx = Array4.zeros(x);
    forEachMeeting(
        x,
        w.shape(),
        g,
        (n, oh, ow, h, v, i, j) -> {
          for (int k = 0; k < w.d0; k++) {
            for (int c = 0; c < w.d1; c++) {
              dx.add(n, c, h, v, dy.get(n, k, oh, ow) * w.get(k, c, i, j));
            }
          }
        });
    return dx;
  }

  /** dw {@code [K, C, KH, KW]} from dy {@code [N, K, OH, OW]} and x {@code [N, C, H, W]}. */
  static Array4 weightGradient(Array4 dy, Array4 x, Shape w, Convolution g) {
    Array4 dw = Array4.zeros(w);
    forEachMeeting(
        x.shape(),
        w,
        g,
        (n, oh, ow, h, v, i, j) -> {
          for (int k = 0; k < dw.d0; k++) {
            for (int c = 0; c < dw.d1; c++) {
              dw.add(k, c, i, j, dy.get(n, k, oh, ow) * x.get(n, c, h, v));
            }
          }
        });
    return dw;
  }

  /** All meetings; a tap over the padding meets nothing. */
  private static void forEachMeeting(Shape x, Shape w, Convolution g, Meeting meeting) {
    Shape y = g.output(x, w);
    for (int n = 0; n < y.dim(0); n++) {
      for (int oh = 0; oh < y.dim(2); oh++) {
        for (int ow = 0; ow < y.dim(3); ow++) {
          for (int i = 0; i < w.dim(2); i++) {
            for (int j = 0; j < w.dim(3); j++) {
              int h = oh * g.stride() + i * g.dilation() - g.padding();
              int v = ow * g.stride() + j * g.dilation() - g.padding();
              if (h >= 0 && h < x.dim(2) && v >= 0 && v < x.dim(3)) {
                meeting.visit(n, oh, ow, h, v, i, j);
              }
            }
          }
        }
      }
    }
  }
}
