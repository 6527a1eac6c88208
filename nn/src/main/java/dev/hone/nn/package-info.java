/** Blocks: layers and models as trees of named parameters. */
@NullMarked
package dev.hone.nn;

import org.jspecify.annotations.NullMarked;
