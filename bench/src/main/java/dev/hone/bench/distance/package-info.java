/** How far sets of images are apart: FID where its weights are, and a distance of our own. */
@NullMarked
package dev.hone.bench.distance;

import org.jspecify.annotations.NullMarked;
