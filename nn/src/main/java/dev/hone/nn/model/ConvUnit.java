package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.ConvNorm;
import dev.hone.nn.Mode;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;

/**
 * Inception's y = relu(norm(conv(x))), {@code [N, C, H, W]} to {@code [N, K, OH, OW]}; parts {@code
 * conv} and {@code bn}.
 */
final class ConvUnit extends Block {
  /** What Inception adds to the variance. */
  private static final float EPS = 1e-3f;

  private final ConvNorm unit;
  private final int outChannels;

  private ConvUnit(Conv2d conv, int outChannels, Random random) {
    this.outChannels = outChannels;
    unit =
        new ConvNorm(
            child("conv", conv), child("bn", new BatchNorm2d(outChannels, EPS, random.backend())));
  }

  /** A square kernel over the places where it fits, {@code stride} apart. */
  static ConvUnit valid(int inChannels, int outChannels, int kernel, int stride, Random random) {
    var geometry = new Convolution(stride, 0);
    return new ConvUnit(
        new Conv2d(inChannels, outChannels, kernel, geometry, false, random), outChannels, random);
  }

  /** A kernel of odd sides over every pixel; y is as large as x. */
  static ConvUnit same(int inChannels, int outChannels, int height, int width, Random random) {
    return new ConvUnit(
        Conv2d.same(inChannels, outChannels, height, width, random), outChannels, random);
  }

  int outChannels() {
    return outChannels;
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return unit.apply(x, null, true, mode);
  }
}
