package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.ConvNorm;
import dev.hone.nn.Mode;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import org.jspecify.annotations.Nullable;

/**
 * y = relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), {@code [N, C, H, W]} to {@code [N, K,
 * OH, OW]}; where K is C the shortcut is the identity, else the resolution halves.
 */
final class BasicBlock extends Block {
  private final ConvNorm first;
  private final ConvNorm second;
  private final @Nullable Block shortcut;

  BasicBlock(int inChannels, int outChannels, Shortcut kind, Random random) {
    var geometry = new Convolution(inChannels == outChannels ? 1 : 2, 1);
    first = convNorm(1, inChannels, outChannels, geometry, random);
    second = convNorm(2, outChannels, outChannels, new Convolution(1, 1), random);
    shortcut =
        inChannels == outChannels
            ? null
            : child(
                "shortcut",
                switch (kind) {
                  case A -> new Subsample(inChannels, outChannels, random.backend());
                  case B -> new Projection(inChannels, outChannels, random.split(3));
                });
  }

  private ConvNorm convNorm(int i, int in, int out, Convolution geometry, Random random) {
    var conv = new Conv2d(in, out, 3, geometry, false, random.split(i));
    return new ConvNorm(
        child("conv" + i, conv), child("bn" + i, new BatchNorm2d(out, random.backend())));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    Variable residual = shortcut == null ? x : shortcut.apply(x, mode);
    return second.apply(first.apply(x, null, true, mode), residual, true, mode);
  }
}
