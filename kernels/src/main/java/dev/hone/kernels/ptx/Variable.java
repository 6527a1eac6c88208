package dev.hone.kernels.ptx;

/**
 * A named array in shared or constant memory.
 *
 * @param offset in its space, in bytes; of a dynamic one, from the end of the static ones
 * @param dynamic {@code .extern .shared}: its size comes with the launch
 */
record Variable(
    String name, Space space, PtxType type, int align, int offset, int bytes, boolean dynamic) {}
