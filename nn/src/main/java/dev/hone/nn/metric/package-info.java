/** Metrics of classification, of images and of sets of images. */
@NullMarked
package dev.hone.nn.metric;

import org.jspecify.annotations.NullMarked;
