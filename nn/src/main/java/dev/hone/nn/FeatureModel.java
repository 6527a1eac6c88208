package dev.hone.nn;

import dev.hone.autograd.Variable;

/** A model whose intermediate features can be tapped: what self-distillation compares. */
public interface FeatureModel {
  /** The output together with the tapped features, from one pass. */
  Tapped tapped(Variable x, Mode mode);
}
