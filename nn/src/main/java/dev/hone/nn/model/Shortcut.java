package dev.hone.nn.model;

/** How a residual block whose output is smaller and deeper passes its input on (He et al. 2016). */
public enum Shortcut {
  /**
   * Every second pixel, and zeros for the new channels, half before and half behind: no weights.
   */
  A,
  /** A 1x1 convolution of stride 2 and a batch norm. */
  B
}
