/** Every differentiable op: its forward pass and its vector-Jacobian product in one place. */
@NullMarked
package dev.hone.autograd.op;

import org.jspecify.annotations.NullMarked;
