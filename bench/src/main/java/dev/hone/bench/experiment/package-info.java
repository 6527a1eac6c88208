/** Experiments: settings in, results out; what the command line runs and the report shows. */
@NullMarked
package dev.hone.bench.experiment;

import org.jspecify.annotations.NullMarked;
