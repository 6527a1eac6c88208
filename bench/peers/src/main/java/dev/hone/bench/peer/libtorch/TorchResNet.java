package dev.hone.bench.peer.libtorch;

import dev.hone.bench.peer.libtorch.Layer.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet-20 with shortcut A.
 *
 * @param blocks three stages of three
 * @param weight of the linear layer, {@code [classes, 64]}
 * @param bias of the linear layer, {@code [classes]}
 */
record TorchResNet(Layer stem, List<Block> blocks, Tensor weight, Tensor bias) {
  private static final int STAGES = 3;
  private static final int BLOCKS = 3;

  /** y = relu(second(relu(first(x))) + shortcut(x)). */
  record Block(Layer first, Layer second, boolean halves) {
    Block with(UnaryOperator<Layer> change) {
      return new Block(change.apply(first), change.apply(second), halves);
    }
  }

  /**
   * What a pass returns.
   *
   * @param logits {@code [N, classes]}
   * @param features the stages' outputs, {@code [N, 16, H, W]}, {@code [N, 32, H/2, W/2]}, ...
   */
  record Tapped(Tensor logits, List<Tensor> features) {}

  /** Hone's state by PyTorch's names in libtorch's memory, without the counters of batches. */
  static Map<String, Tensor> copy(Map<String, dev.hone.tensor.Tensor> state) {
    var copy = new LinkedHashMap<String, Tensor>();
    state.forEach((name, value) -> {
      if (!name.endsWith("num_batches_tracked")) {
        copy.put(name, Torch.of(value).set_requires_grad(!isBuffer(name)));
      }
    });
    return copy;
  }

  static boolean isBuffer(String name) {
    return name.contains("running_");
  }

  /** The network over the tensors of {@code state}. */
  static TorchResNet of(Map<String, Tensor> state) {
    var blocks = new ArrayList<Block>();
    for (int stage = 1; stage <= STAGES; stage++) {
      for (int b = 0; b < BLOCKS; b++) {
        String name = "layer" + stage + "." + b + ".";
        boolean halves = stage > 1 && b == 0;
        blocks.add(
            new Block(
                ConvNorm.of(state, name + "conv1", name + "bn1", halves ? 2 : 1),
                ConvNorm.of(state, name + "conv2", name + "bn2", 1),
                halves));
      }
    }
    return new TorchResNet(
        ConvNorm.of(state, "conv1", "bn1", 1),
        blocks,
        Objects.requireNonNull(state.get("linear.weight")),
        Objects.requireNonNull(state.get("linear.bias")));
  }

  /** The same memory, in which no gradient is wanted: what ICP differentiates through. */
  TorchResNet constant() {
    return new TorchResNet(
        stem.constant(),
        blocks.stream().map(block -> block.with(Layer::constant)).toList(),
        weight.detach(),
        bias.detach());
  }

  /** Eval mode with batch norm folded into the convolutions, with the weights of now. */
  TorchResNet folded() {
    return new TorchResNet(
        stem.folded(),
        blocks.stream().map(block -> block.with(Layer::folded)).toList(),
        weight,
        bias);
  }

  /** Logits {@code [N, classes]} from images {@code [N, 3, H, W]}. */
  Tensor apply(Tensor images, Statistics statistics) {
    return tapped(images, statistics).logits;
  }

  Tapped tapped(Tensor images, Statistics statistics) {
    var features = new ArrayList<Tensor>();
    // In place where autograd lets it: convolution and batch norm do not save their outputs.
    Tensor x = torch.relu_(stem.apply(images, statistics));
    for (Block block : blocks) {
      Tensor y = torch.relu_(block.first.apply(x, statistics));
      y = block.second.apply(y, statistics);
      x = torch.relu_(y.add_(block.halves ? subsampled(x) : x));
      features.add(x);
    }
    Tensor pooled = torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, 3);
    Tensor logits = torch.linear(pooled, weight, new TensorOptional(bias));
    return new Tapped(logits, ends(features));
  }

  /** The last of each stage. */
  private static List<Tensor> ends(List<Tensor> ofBlocks) {
    var ends = new ArrayList<Tensor>();
    for (int b = BLOCKS - 1; b < ofBlocks.size(); b += BLOCKS) {
      ends.add(ofBlocks.get(b));
    }
    return ends;
  }

  /** Every second pixel, and zeros for the new channels, half before and half behind. */
  private static Tensor subsampled(Tensor x) {
    long each = x.size(1) / 2;
    Tensor half = everySecond(everySecond(x, 2), 3);
    return torch.constant_pad_nd(half, 0, 0, 0, 0, each, each);
  }

  private static Tensor everySecond(Tensor x, long axis) {
    return x.slice(axis, new LongOptional(0), new LongOptional(x.size(axis)), 2);
  }
}
