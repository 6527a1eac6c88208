/** Metrics of classification. */
@NullMarked
package dev.hone.nn.metric;

import org.jspecify.annotations.NullMarked;
