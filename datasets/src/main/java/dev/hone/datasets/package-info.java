/** Readers of image archives, the embedded set, batches and augmentation. */
@NullMarked
package dev.hone.datasets;

import org.jspecify.annotations.NullMarked;
