package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Mode;
import dev.hone.nn.Normalization;
import dev.hone.nn.Tapped;

/**
 * A model with the normalisation of its data as the first block: its input {@code [N, C, H, W]} is
 * in pixel space, and so are perturbations of it. Its names are the model's after {@code model.};
 * weights are loaded into {@link #model}.
 */
public final class Normalized<M extends Block & FeatureModel> extends Block
    implements FeatureModel {
  private final Normalization normalization;
  private final M model;

  public Normalized(Normalization normalization, M model) {
    this.normalization = child("normalization", normalization);
    this.model = child("model", model);
  }

  /** The model behind the normalisation. */
  public M model() {
    return model;
  }

  @Override
  public Tapped tapped(Variable x, Mode mode) {
    return inside(x, () -> model.tapped(normalization.apply(x, mode), mode));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return model.apply(normalization.apply(x, mode), mode);
  }
}
