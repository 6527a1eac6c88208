/**
 * PTX, NVIDIA's virtual assembly, without a GPU: a parser and verifier with exact positions, an
 * interpreter that runs a warp at a time under sanitizers, and a translator to bytecode for speed.
 * {@link dev.hone.kernels.ptx.PtxModule} reads a file, {@link dev.hone.kernels.ptx.PtxEmulator}
 * owns device memory and launches.
 */
@NullMarked
package dev.hone.kernels.ptx;

import org.jspecify.annotations.NullMarked;
