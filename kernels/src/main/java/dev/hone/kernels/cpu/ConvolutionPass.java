package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One convolution over {@code [H][W][C]} images as {@link DirectConvolution} runs it: for oh in
 * outputH and ow in outputW,
 *
 * <pre>y[offset + oh * rowStep + ow * columnStep + k] = sum over c, i in tapsH, j in tapsW of
 *     x[oh * stride + i * dilation - padH, ow * stride + j * dilation - padW, c]
 *     * w[wOffset + k * wOutput + c * wInput + i * wRow + j * wColumn]</pre>
 *
 * <p>A forward convolution is one pass. An input gradient of stride s is a pass for each of the s x
 * s residues of the pixel's place: the pixels of one residue meet the same taps, so that each is a
 * convolution of dy of stride 1 with a part of the kernel, turned around. Paddings may be negative.
 * Offsets and steps count vectors.
 */
record ConvolutionPass(
    int inputH,
    int inputW,
    int inputC,
    int outputH,
    int outputW,
    int outputC,
    int stride,
    int dilationH,
    int dilationW,
    int padH,
    int padW,
    int tapsH,
    int tapsW,
    int offset,
    int rowStep,
    int columnStep,
    int wOffset,
    int wOutput,
    int wInput,
    int wRow,
    int wColumn) {

  /** Which weights a pass reads: all that their packed form depends on. */
  record Filter(
      int outputC,
      int inputC,
      int tapsH,
      int tapsW,
      int offset,
      int output,
      int input,
      int row,
      int column) {}

  Filter filter() {
    return new Filter(outputC, inputC, tapsH, tapsW, wOffset, wOutput, wInput, wRow, wColumn);
  }

  /** The pass of y = x conv w. */
  static ConvolutionPass forward(Shape x, Layout.Strided w, Shape y, Convolution c) {
    int k = y.dim(1);
    return new ConvolutionPass(
        x.dim(2),
        x.dim(3),
        x.dim(1),
        y.dim(2),
        y.dim(3),
        k,
        c.stride(),
        c.dilation(),
        c.dilation(),
        c.padding(),
        c.padding(),
        w.shape().dim(2),
        w.shape().dim(3),
        0,
        y.dim(3) * k,
        k,
        w.offset(),
        w.stride(0),
        w.stride(1),
        w.stride(2),
        w.stride(3));
  }

  /** The passes that give dx of shape x from dy. */
  static List<ConvolutionPass> inputGradient(Shape dy, Layout.Strided w, Shape x, Convolution c) {
    List<ConvolutionPass> passes = new ArrayList<>();
    for (int row = 0; row < Math.min(c.stride(), x.dim(2)); row++) {
      Residue h = Residue.of(row, x.dim(2), w.shape().dim(2), c);
      for (int column = 0; column < Math.min(c.stride(), x.dim(3)); column++) {
        Residue v = Residue.of(column, x.dim(3), w.shape().dim(3), c);
        int channels = x.dim(1);
        passes.add(
            new ConvolutionPass(
                dy.dim(2),
                dy.dim(3),
                dy.dim(1),
                h.outputs,
                v.outputs,
                channels,
                1,
                h.dilation,
                v.dilation,
                h.padding,
                v.padding,
                h.taps,
                v.taps,
                (row * x.dim(3) + column) * channels,
                c.stride() * x.dim(3) * channels,
                c.stride() * channels,
                w.offset() + h.lastTap * w.stride(2) + v.lastTap * w.stride(3),
                w.stride(1),
                w.stride(0),
                -h.tapStep * w.stride(2),
                -v.tapStep * w.stride(3)));
      }
    }
    return passes;
  }

  /**
   * Along one axis, the pixels {@code place, place + stride, ...} of x and the taps k that reach
   * them: those where {@code place + padding - k * dilation} is a multiple of the stride. They are
   * {@code tapStep} apart and run from the last to the first.
   */
  private record Residue(
      int outputs, int taps, int lastTap, int tapStep, int dilation, int padding) {
    static Residue of(int place, int extent, int kernel, Convolution c) {
      int outputs = (extent - place + c.stride() - 1) / c.stride();
      int first = -1;
      int last = -1;
      int count = 0;
      for (int k = 0; k < kernel; k++) {
        if (Math.floorMod(place + c.padding() - k * c.dilation(), c.stride()) == 0) {
          first = first < 0 ? k : first;
          last = k;
          count++;
        }
      }
      int step = count > 1 ? (last - first) / (count - 1) : 1;
      // The pixel number a of this residue meets the last tap at dy's place a - padding.
      int padding = -Math.floorDiv(place + c.padding() - last * c.dilation(), c.stride());
      return new Residue(
          outputs,
          count,
          Math.max(last, 0),
          step,
          count > 1 ? step * c.dilation() / c.stride() : 1,
          count > 0 ? padding : 0);
    }
  }

  /** Vectors of one tap row. */
  int run() {
    return tapsW * inputC;
  }

  /** The first tap row that lies inside the image for output row oh. */
  int firstTap(int oh) {
    int above = padH - oh * stride;
    return Math.min(above <= 0 ? 0 : (above + dilationH - 1) / dilationH, tapsH);
  }

  /** One past the last tap row that lies inside the image for output row oh. */
  int endTap(int oh) {
    int room = inputH - 1 - (oh * stride - padH);
    return room < 0 ? 0 : Math.min(tapsH, room / dilationH + 1);
  }
}
