package dev.hone.tensor.backend;

import dev.hone.tensor.Tensor;

/**
 * Per-channel statistics of a batch.
 *
 * @param mean {@code [C]}
 * @param variance {@code [C]}, biased: divided by the number of elements
 */
public record BatchStatistics(Tensor mean, Tensor variance) {}
