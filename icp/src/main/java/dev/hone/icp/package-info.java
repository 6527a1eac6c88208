/** Iterative Constructive Perturbation: an update rule at work on the input. */
@NullMarked
package dev.hone.icp;

import org.jspecify.annotations.NullMarked;
