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

  /** What happens at one term. */
  private interface Term {
    void visit(int n, int k, int c, int oh, int ow, int h, int v, int i, int j);
  }

  /** y {@code [N, K, OH, OW]} from x {@code [N, C, H, W]} and w {@code [K, C, KH, KW]}. */
  static Array4 forward(Array4 x, Array4 w, Convolution convolution) {
    Shape out = convolution.output(x.shape(), w.shape());
    Array4 y = Array4.zeros(out);
    forEachTerm(
        x.shape(),
        w.shape(),
        convolution,
        (n, k, c, oh, ow, h, v, i, j) ->
            y.add(n, k, oh, ow, x.get(n, c, h, v) * w.get(k, c, i, j)));
    return y;
  }

  /** dx {@code [N, C, H, W]} from dy {@code [N, K, OH, OW]} and w {@code [K, C, KH, KW]}. */
  static Array4 inputGradient(Array4 dy, Array4 w, Shape x, Convolution convolution) {
    Array4 dx = Array4.zeros(x);
    forEachTerm(
        x,
        w.shape(),
        convolution,
        (n, k, c, oh, ow, h, v, i, j) ->
            dx.add(n, c, h, v, dy.get(n, k, oh, ow) * w.get(k, c, i, j)));
    return dx;
  }

  /** dw {@code [K, C, KH, KW]} from dy {@code [N, K, OH, OW]} and x {@code [N, C, H, W]}. */
  static Array4 weightGradient(Array4 dy, Array4 x, Shape w, Convolution convolution) {
    Array4 dw = Array4.zeros(w);
    forEachTerm(
        x.shape(),
        w,
        convolution,
        (n, k, c, oh, ow, h, v, i, j) ->
            dw.add(k, c, i, j, dy.get(n, k, oh, ow) * x.get(n, c, h, v)));
    return dw;
  }

  private static void forEachTerm(Shape x, Shape w, Convolution geometry, Term term) {
    Shape y = geometry.output(x, w);
    for (int n = 0; n < y.dim(0); n++) {
      for (int k = 0; k < y.dim(1); k++) {
        for (int oh = 0; oh < y.dim(2); oh++) {
          for (int ow = 0; ow < y.dim(3); ow++) {
            window(x, w, geometry, term, n, k, oh, ow);
          }
        }
      }
    }
  }

  /** The terms of one output, without those that fall into the padding. */
  private static void window(
      Shape x, Shape w, Convolution g, Term term, int n, int k, int oh, int ow) {
    int height = x.dim(2);
    int width = x.dim(3);
    int rows = w.dim(2);
    int columns = w.dim(3);
    for (int c = 0; c < x.dim(1); c++) {
      for (int i = 0; i < rows; i++) {
        int h = oh * g.stride() + i * g.dilation() - g.padding();
        for (int j = 0; j < columns; j++) {
          int v = ow * g.stride() + j * g.dilation() - g.padding();
          if (h >= 0 && h < height && v >= 0 && v < width) {
            term.visit(n, k, c, oh, ow, h, v, i, j);
          }
        }
      }
    }
  }
}
