/** Shapes, layouts, storages and tensors: what a tensor is, without gradients. */
@NullMarked
package dev.hone.tensor;

import org.jspecify.annotations.NullMarked;
