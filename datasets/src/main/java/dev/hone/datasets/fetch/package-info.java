/** Published data sets and how they get onto this machine whole. */
@NullMarked
package dev.hone.datasets.fetch;

import org.jspecify.annotations.NullMarked;
