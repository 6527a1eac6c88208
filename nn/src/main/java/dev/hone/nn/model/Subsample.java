package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/**
 * Shortcut A, {@code [N, C, H, W]} to {@code [N, K, H/2, W/2]}: every second pixel, with (K - C) /
 * 2 zero channels on each side. Computed as a 1x1 convolution of stride 2 with constant weights of
 * 0 and 1, which keeps image tensors in the backend's own layout; slicing and padding would not.
 */
final class Subsample extends Block {
  private static final Convolution STRIDE_2 = new Convolution(2, 0);

  /** {@code [K, C, 1, 1]}; a constant, so neither a parameter nor a buffer. */
  private final Tensor selection;

  Subsample(int inChannels, int outChannels, Backend backend) {
    int before = (outChannels - inChannels) / 2;
    float[] ones = new float[outChannels * inChannels];
    for (int c = 0; c < inChannels; c++) {
      ones[(before + c) * inChannels + c] = 1;
    }
    selection = Tensor.of(backend, Shape.of(outChannels, inChannels, 1, 1), ones);
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return x.convolution(x.tape().constant(selection), STRIDE_2);
  }
}
