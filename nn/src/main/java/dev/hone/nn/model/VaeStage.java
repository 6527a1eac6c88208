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
 * y = relu(bn(conv(x))), a 3x3 convolution that halves the resolution of {@code [N, C, H, W]} or
 * follows its doubling: {@code [N, K, H/2, W/2]} or {@code [N, K, 2H, 2W]}.
 */
final class VaeStage extends Block {
  private final ConvNorm unit;
  private final boolean up;

  private VaeStage(int inChannels, int outChannels, boolean up, Random random) {
    this.up = up;
    var geometry = new Convolution(up ? 1 : 2, 1);
    unit =
        new ConvNorm(
            child("conv", new Conv2d(inChannels, outChannels, 3, geometry, false, random)),
            child("bn", new BatchNorm2d(outChannels, random.backend())));
  }

  static VaeStage down(int inChannels, int outChannels, Random random) {
    return new VaeStage(inChannels, outChannels, false, random);
  }

  static VaeStage up(int inChannels, int outChannels, Random random) {
    return new VaeStage(inChannels, outChannels, true, random);
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return unit.apply(up ? x.upsampleNearest(2) : x, null, true, mode);
  }
}
