/** A seeded fuzzer for the readers of files, shared by every module that has one. */
@NullMarked
package dev.hone.tensor.fuzz;

import org.jspecify.annotations.NullMarked;
