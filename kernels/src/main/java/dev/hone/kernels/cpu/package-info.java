/** The CPU backend: batch-in-lanes image kernels and dense kernels on the Vector API. */
@NullMarked
package dev.hone.kernels.cpu;

import org.jspecify.annotations.NullMarked;
