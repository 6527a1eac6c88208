/** Checkpoints, and the state a training run needs to resume bit for bit. */
@NullMarked
package dev.hone.nn.train;

import org.jspecify.annotations.NullMarked;
