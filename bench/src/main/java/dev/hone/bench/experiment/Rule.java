package dev.hone.bench.experiment;

/** What {@code --rule} names: how ICP turns an input's gradient into a step. */
public enum Rule {
  SGD,
  SIGN,
  ADAM,
  ADEMAMIX
}
