package dev.hone.kernels.ptx;

/** A declared register; {@code index} counts through the entry. */
record Register(String name, PtxType type, int index) {}
