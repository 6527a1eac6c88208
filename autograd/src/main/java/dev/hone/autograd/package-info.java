/** The tape and its variables: gradients are returned, never stored. */
@NullMarked
package dev.hone.autograd;

import org.jspecify.annotations.NullMarked;
