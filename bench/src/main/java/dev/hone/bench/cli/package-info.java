/** The command line: picocli commands without logic of their own. */
@NullMarked
package dev.hone.bench.cli;

import org.jspecify.annotations.NullMarked;
