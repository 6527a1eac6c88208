/** The GPU: what of CUDA this machine has, and the driver. */
@NullMarked
package dev.hone.kernels.cuda;

import org.jspecify.annotations.NullMarked;
