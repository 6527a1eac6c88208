package dev.hone.nn.model;

import dev.hone.tensor.Shape;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link ResNet} is made like, as the shapes of its weights tell.
 *
 * @param depth 6n + 2
 * @param channels of the images
 */
public record ResNetForm(int depth, Shortcut shortcut, int classes, int channels) {
  /**
   * The form of the network whose weights have these shapes.
   *
   * @param shapes by the names that {@link ResNet} gives them
   * @return nothing if they are no CIFAR ResNet's
   */
  public static Optional<ResNetForm> of(Map<String, Shape> shapes) {
    Shape stem = shapes.getOrDefault("conv1.weight", Shape.of());
    Shape head = shapes.getOrDefault("linear.weight", Shape.of());
    int blocks = 0;
    while (shapes.containsKey("layer3." + blocks + ".conv1.weight")) {
      blocks++;
    }
    Shape last = shapes.getOrDefault("layer3." + (blocks - 1) + ".conv2.weight", Shape.of());
    boolean plausible =
        stem.rank() == 4
            && stem.equals(Shape.of(16, stem.dim(1), 3, 3))
            && head.rank() == 2
            && head.dim(1) == 64
            && last.equals(Shape.of(64, 64, 3, 3));
    if (!plausible || head.dim(0) == 0 || stem.dim(1) == 0) {
      return Optional.empty();
    }
    Shortcut shortcut = shapes.containsKey("layer2.0.shortcut.0.weight") ? Shortcut.B : Shortcut.A;
    return Optional.of(new ResNetForm(6 * blocks + 2, shortcut, head.dim(0), stem.dim(1)));
  }

  /** The name that {@code --model} takes: {@code resnet20}. */
  public String model() {
    return "resnet" + depth;
  }

  /** {@code resnet32 with shortcut B, 100 classes, 3 channels}. */
  @Override
  public String toString() {
    return "%s with shortcut %s, %d classes, %d channel%s"
        .formatted(model(), shortcut, classes, channels, channels == 1 ? "" : "s");
  }
}
