package dev.hone.tensor.backend;

import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Backend#batchNormGradient} found.
 *
 * @param dx {@code [N, C, ...]}, or null if it was not wanted
 * @param dgamma {@code [C]}
 * @param dbeta {@code [C]}
 * @param dresidual {@code [N, C, ...]}, or null if it was not wanted
 */
public record BatchNormGradient(
    @Nullable Tensor dx, Tensor dgamma, Tensor dbeta, @Nullable Tensor dresidual) {}
