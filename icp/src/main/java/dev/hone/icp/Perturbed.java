package dev.hone.icp;

import dev.hone.tensor.Tensor;

/**
 * What a perturbation made.
 *
 * @param x the perturbed input, {@code [N, ...]} as the input: a plain tensor without a graph, in
 *     the memory (arena or none) of the input
 * @param trace the loss along the way, if asked for
 */
public record Perturbed(Tensor x, Trace trace) {}
