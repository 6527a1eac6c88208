/** The rules that the whole house keeps. */
@NullMarked
package dev.hone.bench;

import org.jspecify.annotations.NullMarked;
