package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;

/**
 * A differentiable function of tensors: a record of its attributes, with the forward pass and the
 * vector-Jacobian product (VJP) side by side and the formula as its comment. In formulas {@code x,
 * a, b, w} are inputs, {@code y} the output, {@code dy} the cotangent of the output (the gradient
 * of the loss with respect to y), {@code dx} that of an input.
 *
 * <p>Sealed, so that a test can walk all ops and fail on one without a gradient check.
 */
public sealed interface Op
    permits Elementwise, Reduce, Linear, Move, Convolve, Pool, Normalize, Softmax, Loss, Gaussian {
  /** y, from {@code saved.input(0)}, {@code saved.input(1)}, ... */
  Tensor forward(Saved saved);

  /** Offers dx for each input; only those that lead to a target are computed. */
  void vjp(Saved saved, Tensor dy, Cotangents dx);

  /**
   * Whether y is relu of something, so that dy counts only where y &gt; 0. Whoever computes the
   * last part of dy may then leave out the rest of it, in the pass that it makes anyway.
   */
  default boolean endsInRelu() {
    return false;
  }

  /** What errors call it. */
  default String label() {
    return getClass().getSimpleName();
  }
}
