package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.ConvNorm;
import dev.hone.nn.Mode;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;

/** Shortcut B, {@code [N, C, H, W]} to {@code [N, K, H/2, W/2]}; parts {@code 0} and {@code 1}. */
final class Projection extends Block {
  private final ConvNorm unit;

  Projection(int inChannels, int outChannels, Random random) {
    var conv = new Conv2d(inChannels, outChannels, 1, new Convolution(2, 0), false, random);
    unit =
        new ConvNorm(child("0", conv), child("1", new BatchNorm2d(outChannels, random.backend())));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return unit.apply(x, null, false, mode);
  }
}
