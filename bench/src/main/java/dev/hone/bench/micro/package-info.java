/** Benchmarks: one table of workloads, which Hone, JMH and peers run. */
@NullMarked
package dev.hone.bench.micro;

import org.jspecify.annotations.NullMarked;
