package dev.hone.bench.micro;

/**
 * What ResNet-20's convolutions and its linear layer compute, counted by their definitions. Batch
 * norm, relu and the residuals move bytes but are under 1 % of the operations.
 */
final class ResNet20 {
  static final int DEPTH = 20;
  static final int CLASSES = 10;
  static final int CHANNELS = 3;
  static final int SIZE = 32;

  private static final int FEATURES = 64;

  private ResNet20() {}

  /** Operations of a forward pass. */
  static double forward(int batch) {
    double sum = linear(batch);
    for (ConvolutionShape shape : ConvolutionShape.RESNET_20) {
      sum += shape.count() * shape.flops(batch);
    }
    return sum;
  }

  /** Operations of the backward pass to the input alone: as many as forward. */
  static double inputGradient(int batch) {
    return forward(batch);
  }

  /** Operations of the backward pass to the weights: the first layer's input wants no gradient. */
  static double weightGradients(int batch) {
    return 2 * forward(batch) - ConvolutionShape.RESNET_20.getFirst().flops(batch);
  }

  private static double linear(int batch) {
    return 2.0 * batch * FEATURES * CLASSES;
  }
}
