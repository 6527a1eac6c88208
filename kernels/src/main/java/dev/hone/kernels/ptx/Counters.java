package dev.hone.kernels.ptx;

/**
 * What a launch did, counted by the interpreter.
 *
 * @param instructions of single lanes
 * @param warpInstructions as a warp issues them
 * @param flops floating-point operations; a fused multiply-add is two
 * @param globalBytesRead what lanes asked for, whether or not two asked for the same
 * @param globalSectors 32-byte pieces of global memory that the accesses touch
 * @param idealSectors how many they would be if each access touched consecutive memory
 * @param bankConflicts turns of shared memory beyond the least possible
 * @param barriers {@code bar.sync} of a block
 * @param floatAtomics atomic additions of floats, whose order and so whose sum is left to chance
 * @param divergentBranches branches whose lanes went both ways
 */
public record Counters(
    long instructions,
    long warpInstructions,
    long flops,
    long globalBytesRead,
    long globalBytesWritten,
    long globalSectors,
    long idealSectors,
    long sharedAccesses,
    long bankConflicts,
    long barriers,
    long atomics,
    long floatAtomics,
    long divergentBranches) {

  /** Nothing counted. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  public Counters plus(Counters o) {
    return new Counters(
        instructions + o.instructions,
        warpInstructions + o.warpInstructions,
        flops + o.flops,
        globalBytesRead + o.globalBytesRead,
        globalBytesWritten + o.globalBytesWritten,
        globalSectors + o.globalSectors,
        idealSectors + o.idealSectors,
        sharedAccesses + o.sharedAccesses,
        bankConflicts + o.bankConflicts,
        barriers + o.barriers,
        atomics + o.atomics,
        floatAtomics + o.floatAtomics,
        divergentBranches + o.divergentBranches);
  }
}
