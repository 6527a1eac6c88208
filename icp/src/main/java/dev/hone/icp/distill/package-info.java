/** Self-distillation from perturbed inputs: the training step and its settings. */
@NullMarked
package dev.hone.icp.distill;

import org.jspecify.annotations.NullMarked;
