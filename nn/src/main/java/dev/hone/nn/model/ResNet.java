package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.ConvNorm;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Linear;
import dev.hone.nn.Mode;
import dev.hone.nn.Sequential;
import dev.hone.nn.Tapped;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual networks for CIFAR of He et al. 2016 (arXiv 1512.03385, section 4.2): {@code [N,
 * channels, H, W]} to logits {@code [N, classes]}. A 3x3 convolution to 16 channels, three stages
 * of n basic blocks with 16, 32 and 64 channels, the second and third of which halve the
 * resolution, global average pooling, a linear layer: 6n + 2 layers with weights. The features
 * tapped are the outputs of the three stages, {@code [N, 16, H, W]}, {@code [N, 32, H/2, W/2]},
 * {@code [N, 64, H/4, W/4]}.
 *
 * <p>Names are those of PyTorch's CIFAR ResNets: {@code conv1.weight}, {@code layer1.0.bn1.bias},
 * {@code layer2.0.shortcut.0.weight}, {@code linear.weight}. Each layer draws its weights from its
 * own stream, so the layers that networks of two depths share start equal.
 */
public final class ResNet extends Block implements FeatureModel {
  private static final int[] WIDTHS = {16, 32, 64};

  private final ConvNorm stem;
  private final List<Block> stages = new ArrayList<>();
  private final Linear head;

  private ResNet(int blocks, int classes, Shortcut shortcut, int channels, Random random) {
    int width = WIDTHS[0];
    var conv = new Conv2d(channels, width, 3, new Convolution(1, 1), false, random.split(0));
    stem =
        new ConvNorm(child("conv1", conv), child("bn1", new BatchNorm2d(width, random.backend())));
    for (int stage = 1; stage <= WIDTHS.length; stage++) {
      var parts = new Block[blocks];
      for (int b = 0; b < blocks; b++) {
        Random own = random.split(stage).split(b);
        parts[b] = new BasicBlock(width, WIDTHS[stage - 1], shortcut, own);
        width = WIDTHS[stage - 1];
      }
      stages.add(child("layer" + stage, new Sequential(parts)));
    }
    head = child("linear", new Linear(width, classes, random.split(WIDTHS.length + 1)));
  }

  /** For colour images, with shortcut {@link Shortcut#A}. */
  public static ResNet cifar(int depth, int classes, Random random) {
    return cifar(depth, classes, Shortcut.A, 3, random);
  }

  /**
   * @param depth 6n + 2: 8, 20, 32, 44, 56, 110, ...
   * @param channels of the images: 3, or 1 for grey ones
   * @param random says on which backend, and what the weights start as; it is left where it is
   */
  public static ResNet cifar(
      int depth, int classes, Shortcut shortcut, int channels, Random random) {
    if (depth < 8 || depth % 6 != 2) {
      throw new IllegalArgumentException(
          "resnet: depth must be 6n + 2, such as 8, 20, 32, 44, 56 or 110, but is " + depth);
    }
    if (classes < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "resnet: needs at least one class and one channel, but got "
              + classes
              + " classes and "
              + channels
              + " channels");
    }
    return new ResNet((depth - 2) / 6, classes, shortcut, channels, random);
  }

  @Override
  public Tapped tapped(Variable x, Mode mode) {
    return inside(x, () -> run(x, mode));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return run(x, mode).output();
  }

  private Tapped run(Variable x, Mode mode) {
    var features = new ArrayList<Variable>();
    Variable y = stem.apply(x, null, true, mode);
    for (Block stage : stages) {
      y = stage.apply(y, mode);
      features.add(y);
    }
    return new Tapped(head.apply(y.globalAveragePool(), mode), List.copyOf(features));
  }
}
