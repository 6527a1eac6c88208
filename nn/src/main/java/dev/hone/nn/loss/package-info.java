/** Losses, per sample and reduced. */
@NullMarked
package dev.hone.nn.loss;

import org.jspecify.annotations.NullMarked;
