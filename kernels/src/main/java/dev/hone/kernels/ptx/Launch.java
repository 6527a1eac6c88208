package dev.hone.kernels.ptx;

import java.util.List;

/**
 * A launch that is done.
 *
 * @param counted whether the counters were kept: by the interpreter, with its option on
 */
public record Launch(
    PtxEntry entry,
    Grid grid,
    int dynamicSharedBytes,
    List<KernelArgument> arguments,
    boolean counted,
    Counters counters) {}
