package dev.hone.autograd.op;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Convolutions of images {@code [N, C, H, W]}. */
public sealed interface Convolve extends Op {

  /**
   * y = act(x conv w + bias + residual), one pass: x {@code [N, C, H, W]}, w {@code [K, C, KH,
   * KW]}, bias {@code [K]}, residual {@code [N, K, OH, OW]}; act is relu or the identity. With dz =
   * dy where y &gt; 0 (or dy): dx = dz conv^T w, dw = dz corr x, dbias = sum of dz over N, OH, OW,
   * dresidual = dz.
   *
   * @param bias whether input 2 is a bias
   * @param residual whether the last input is a residual
   */
  record Forward(Convolution c, boolean bias, boolean residual, boolean relu) implements Convolve {
    @Override
    public Tensor forward(Saved saved) {
      @Nullable Tensor b = bias ? saved.input(2) : null;
      @Nullable Tensor r = residual ? saved.input(residualInput()) : null;
      return saved.input(0).convolution(saved.input(1), b, r, relu, c);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor x = saved.input(0);
      Tensor w = saved.input(1);
      Tensor dz = relu && !dx.dyIsMasked() ? dy.wherePositive(saved.output()) : dy;
      dx.add(0, (added, positive) -> dz.convolutionInputGradient(w, x.shape(), c, added, positive));
      dx.add(1, () -> dz.convolutionWeightGradient(x, w.shape(), c));
      if (bias) {
        dx.add(2, () -> dz.sum(0, 2, 3));
      }
      if (residual) {
        dx.add(residualInput(), () -> dz);
      }
    }

    @Override
    public boolean endsInRelu() {
      return relu;
    }

    private int residualInput() {
      return bias ? 3 : 2;
    }

    @Override
    public String label() {
      return "convolution";
    }
  }

  /**
   * y = x conv^T w, the transpose of a convolution ("deconvolution"): x {@code [N, K, H, W]}, w
   * {@code [K, C, KH, KW]}, y {@code [N, C, OH, OW]}. dx = dy conv w, dw = x corr dy.
   */
  record Transposed(Convolution c, int outputPadding) implements Convolve {
    @Override
    public Tensor forward(Saved saved) {
      Tensor x = saved.input(0);
      Tensor w = saved.input(1);
      var out = c.transposedOutput(x.shape(), w.shape(), outputPadding);
      return x.convolutionInputGradient(w, out, c);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor w = saved.input(1);
      dx.add(0, () -> dy.convolution(w, c));
      dx.add(1, () -> saved.input(0).convolutionWeightGradient(dy, w.shape(), c));
    }

    @Override
    public String label() {
      return "transposed convolution";
    }
  }
}
