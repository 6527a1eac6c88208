package dev.hone.bench.distance;

import dev.hone.tensor.Tensor;

/** A network whose features are compared. */
public sealed interface FeatureNetwork extends AutoCloseable
    permits InceptionFeatures, ClassifierFeatures {
  /** What a distance over its features is called: {@code FID} for one network only. */
  String distanceName();

  /** The network and its weights, in words. */
  String description();

  /** What it does to images first, in words. */
  String resize();

  /** D, how many features an image has. */
  int features();

  /**
   * The features {@code [N, D]} of images {@code [N, C, H, W]} in [0, 1]. They belong to no tape.
   */
  Tensor of(Tensor images);

  @Override
  void close();
}
