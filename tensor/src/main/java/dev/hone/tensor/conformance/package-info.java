/** What every backend must compute: one table of op cases, and the check against the oracle. */
@NullMarked
package dev.hone.tensor.conformance;

import org.jspecify.annotations.NullMarked;
