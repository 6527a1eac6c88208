package dev.hone.kernels.ptx;

/** A place in a source, both from 1. */
record Position(int line, int column) {}
