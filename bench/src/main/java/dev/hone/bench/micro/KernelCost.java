package dev.hone.bench.micro;

import dev.hone.kernels.ptx.Counters;

/**
 * What all launches of one kernel in a step cost.
 *
 * @param family the file it is in
 * @param registers of a thread on sm_80; 0 where nothing here assembles
 * @param threads of a block, in the largest launch
 * @param sharedBytes of a block, in the largest launch
 */
public record KernelCost(
    String family,
    String kernel,
    int launches,
    Counters counters,
    int registers,
    int threads,
    int sharedBytes) {
  /** Sectors of memory moved over those that consecutive accesses would have moved; 1 is best. */
  public double uncoalesced() {
    return counters.idealSectors() == 0
        ? 1
        : (double) counters.globalSectors() / counters.idealSectors();
  }
}
