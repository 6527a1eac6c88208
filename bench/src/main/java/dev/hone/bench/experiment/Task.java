package dev.hone.bench.experiment;

/** What {@code --task} trains a network to do. */
public enum Task {
  /** Name the class of an image: a residual network, cross-entropy. */
  CLASSIFY,
  /** Describe images by a few numbers and make new ones: a variational autoencoder, its ELBO. */
  VAE
}
