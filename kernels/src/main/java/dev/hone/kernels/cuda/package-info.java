/**
 * The GPU's driver: devices, memory, streams, events, graphs and launches, on JCuda and on the PTX
 * emulator behind one seam, {@link dev.hone.kernels.cuda.GpuDriver}.
 */
@NullMarked
package dev.hone.kernels.cuda;

import org.jspecify.annotations.NullMarked;
