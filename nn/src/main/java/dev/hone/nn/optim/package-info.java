/** Update rules, which serve weights and inputs alike, the optimizer, and schedules. */
@NullMarked
package dev.hone.nn.optim;

import org.jspecify.annotations.NullMarked;
