package dev.hone.nn.model;

/**
 * How wide a network is, as a fraction of its published width: thin ones have the same structure
 * for tests and first steps.
 *
 * @param divisor of every number of channels
 */
record Width(int divisor) {
  static final Width FULL = new Width(1);

  int of(int channels) {
    return Math.max(1, channels / divisor);
  }
}
