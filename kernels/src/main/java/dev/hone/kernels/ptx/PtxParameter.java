package dev.hone.kernels.ptx;

/**
 * A parameter of an entry.
 *
 * @param bytes its size in the parameter block
 * @param align what its offset is a multiple of
 * @param offset where it lies in the parameter block, in bytes
 * @param pointer whether it is known for an address: declared {@code .ptr}, or used as one
 */
public record PtxParameter(
    String name, PtxType type, int bytes, int align, int offset, boolean pointer) {}
