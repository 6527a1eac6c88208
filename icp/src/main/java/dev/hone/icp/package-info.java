/** Iterative Constructive Perturbation: gradient descent on the input. */
@NullMarked
package dev.hone.icp;

import org.jspecify.annotations.NullMarked;
