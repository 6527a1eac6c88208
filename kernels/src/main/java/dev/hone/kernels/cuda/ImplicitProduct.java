package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution, or one of its gradients, as the product that convolution.ptx computes:
 *
 * <pre>out[m, column] = sum over k of a[m, k] * source[column, k]</pre>
 *
 * @param rows how many m
 * @param height of the source's images
 * @param width of the source's images
 * @param row0 row of the source at which column 0 and k 0 meet; may be negative: padding
 * @param column0 its column of the source
 * @param outStart where in out the first element lies, in elements like all that follow
 * @param outRow from m to m + 1 in out
 * @param aStart where in a the first element lies
 * @param aRow from m to m + 1 in a
 * @param byK whether neighbouring k lie close together in the source, or else columns
 */
record ImplicitProduct(
    int rows,
    Digits columns,
    Digits k,
    int height,
    int width,
    int row0,
    int column0,
    int outStart,
    int outRow,
    int aStart,
    int aRow,
    boolean byK) {

  /**
   * A number's three digits, {@code (d0 * middle + d1) * low + d2}, and what each of them moves.
   *
   * @param count how many numbers there are
   * @param image elements of the source per d0
   * @param rowStep rows of the source per d1
   * @param columnStep columns of the source per d2
   * @param place0 elements of a or out per d0
   * @param place1 elements of a or out per d1
   * @param place2 elements of a or out per d2
   */
  record Digits(
      int count,
      int middle,
      int low,
      int image,
      int rowStep,
      int columnStep,
      int place0,
      int place1,
      int place2) {
    static Digits of(
        int high,
        int middle,
        int low,
        int image,
        int rowStep,
        int columnStep,
        int place0,
        int place1,
        int place2) {
      int count = Math.multiplyExact(Math.multiplyExact(high, middle), low);
      return new Digits(count, middle, low, image, rowStep, columnStep, place0, place1, place2);
    }
  }

  private static int pixels(Shape s) {
    return s.dim(2) * s.dim(3);
  }

  private static int volume(Shape s) {
    return s.dim(1) * pixels(s);
  }

  /** m is k of w, columns (n, oh, ow), k (c, i, j). */
  static ImplicitProduct forward(ConvolutionShapes s) {
    Shape x = s.x();
    Shape w = s.w();
    Shape y = s.y();
    int stride = s.geometry().stride();
    int dilation = s.geometry().dilation();
    int padding = s.geometry().padding();
    return new ImplicitProduct(
        w.dim(0),
        Digits.of(y.dim(0), y.dim(2), y.dim(3), volume(x), stride, stride, volume(y), y.dim(3), 1),
        Digits.of(
            w.dim(1), w.dim(2), w.dim(3), pixels(x), dilation, dilation, pixels(w), w.dim(3), 1),
        x.dim(2),
        x.dim(3),
        -padding,
        -padding,
        0,
        pixels(y),
        0,
        volume(w),
        false);
  }

  /** m is k of w, columns (c, i, j), k (n, oh, ow). */
  static ImplicitProduct weightGradient(ConvolutionShapes s) {
    Shape x = s.x();
    Shape w = s.w();
    Shape y = s.y();
    int stride = s.geometry().stride();
    int dilation = s.geometry().dilation();
    int padding = s.geometry().padding();
    return new ImplicitProduct(
        w.dim(0),
        Digits.of(
            w.dim(1), w.dim(2), w.dim(3), pixels(x), dilation, dilation, pixels(w), w.dim(3), 1),
        Digits.of(y.dim(0), y.dim(2), y.dim(3), volume(x), stride, stride, volume(y), y.dim(3), 1),
        x.dim(2),
        x.dim(3),
        -padding,
        -padding,
        0,
        volume(w),
        0,
        pixels(y),
        true);
  }

  /**
   * One product for each pair of remainders (h mod stride, v mod stride): m is c, columns (n, h div
   * stride, v div stride), k (k, i', j') with only those taps that meet such pixels.
   */
  static List<ImplicitProduct> inputGradient(ConvolutionShapes s) {
    int stride = s.geometry().stride();
    var phases = new ArrayList<ImplicitProduct>();
    for (int h = 0; h < Math.min(stride, s.x().dim(2)); h++) {
      for (int v = 0; v < Math.min(stride, s.x().dim(3)); v++) {
        phases.add(phase(s, h, v));
      }
    }
    return phases;
  }

  private static ImplicitProduct phase(ConvolutionShapes s, int h, int v) {
    Shape x = s.x();
    Shape w = s.w();
    Shape y = s.y();
    int stride = s.geometry().stride();
    Taps rows = Taps.meeting(s, 2, h);
    Taps columns = Taps.meeting(s, 3, v);
    return new ImplicitProduct(
        x.dim(1),
        Digits.of(
            x.dim(0),
            Math.ceilDiv(x.dim(2) - h, stride),
            Math.ceilDiv(x.dim(3) - v, stride),
            volume(y),
            1,
            1,
            volume(x),
            stride * x.dim(3),
            stride),
        Digits.of(
            w.dim(0),
            rows.count(),
            columns.count(),
            pixels(y),
            rows.move(),
            columns.move(),
            volume(w),
            rows.step() * w.dim(3),
            columns.step()),
        y.dim(2),
        y.dim(3),
        rows.start(),
        columns.start(),
        h * x.dim(3) + v,
        pixels(x),
        rows.first() * w.dim(3) + columns.first(),
        pixels(w),
        false);
  }

  /**
   * The taps i of one axis that meet pixels h with {@code h mod stride = remainder}, which are
   * those with {@code h + padding - i * dilation} divisible by the stride: {@code first, first +
   * step, ...}.
   *
   * @param start where in dy the first tap meets the first such pixel
   * @param move from tap to tap in dy
   */
  private record Taps(int first, int step, int count, int start, int move) {
    static Taps meeting(ConvolutionShapes s, int axis, int remainder) {
      int stride = s.geometry().stride();
      int dilation = s.geometry().dilation();
      int reach = remainder + s.geometry().padding();
      int step = stride / gcd(stride, dilation);
      int taps = s.w().dim(axis);
      int first = 0;
      while (first < step && Math.floorMod(reach - first * dilation, stride) != 0) {
        first++;
      }
      if (first >= Math.min(step, taps)) {
        return new Taps(0, step, 0, 0, 0);
      }
      return new Taps(
          first,
          step,
          Math.ceilDiv(taps - first, step),
          Math.floorDiv(reach - first * dilation, stride),
          -step * dilation / stride);
    }

    private static int gcd(int a, int b) {
      return b == 0 ? a : gcd(b, a % b);
    }
  }
}
