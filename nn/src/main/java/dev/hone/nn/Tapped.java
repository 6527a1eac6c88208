package dev.hone.nn;

import dev.hone.autograd.Variable;
import java.util.List;

/**
 * What {@link FeatureModel#tapped} returns.
 *
 * @param output the model's output, such as logits {@code [N, classes]}
 * @param features the tapped activations, shallowest first, such as {@code [N, C, H, W]} each
 */
public record Tapped(Variable output, List<Variable> features) {}
