/**
 * The reference backend: slow, obvious loops with double accumulators; the oracle of all others.
 */
@NullMarked
package dev.hone.tensor.reference;

import org.jspecify.annotations.NullMarked;
