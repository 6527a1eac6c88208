package dev.hone.bench.micro;

import dev.hone.kernels.ptx.Counters;
import java.util.List;

/**
 * What NVIDIA says a GPU can do, for estimates without one.
 *
 * @param sm the architecture, such as 80
 * @param teraflops float32 outside tensor cores, 10^12 operations per second at boost clock
 * @param gigabytesPerSecond of device memory
 * @param threads most resident threads of a multiprocessor
 * @param blocks most resident blocks of a multiprocessor
 * @param sharedBytes shared memory of a multiprocessor
 * @param source where the figures are from; limits of a multiprocessor are those of the CUDA C++
 *     Programming Guide, "Technical Specifications per Compute Capability"
 */
public record GpuModel(
    String name,
    int sm,
    double teraflops,
    double gigabytesPerSecond,
    int threads,
    int blocks,
    int sharedBytes,
    String source) {
  /** From data centres and desks, one of each architecture that Hone assembles for. */
  public static final List<GpuModel> KNOWN =
      List.of(
          new GpuModel("V100 SXM2", 70, 15.7, 900, 2048, 32, kib(96), "whitepaper WP-08608-001"),
          new GpuModel("T4", 75, 8.1, 320, 1024, 16, kib(64), "whitepaper WP-09183-001"),
          new GpuModel("A100 40GB", 80, 19.5, 1555, 2048, 32, kib(164), "A100 whitepaper, 2020"),
          new GpuModel("RTX 3090", 86, 35.6, 936, 1536, 16, kib(100), "GA102 whitepaper, 2021"),
          new GpuModel("RTX 4090", 89, 82.6, 1008, 1536, 24, kib(100), "Ada whitepaper, 2022"),
          new GpuModel("H100 SXM5", 90, 66.9, 3352, 2048, 32, kib(228), "H100 whitepaper, 2022"));

  private static final int WARP = 32;
  private static final int SECTOR = 32;
  private static final int REGISTERS = 65536;

  /** Registers are given to a warp in pieces of this many. */
  private static final int PIECE = 256;

  /** A multiprocessor has four parts, each with a quarter of the registers and of the warps. */
  private static final int PARTS = 4;

  /** What the system takes of each block's shared memory from Ampere on. */
  private static final int RESERVED = 1024;

  private static int kib(int n) {
    return n * 1024;
  }

  /**
   * Seconds for work that is limited by arithmetic or by memory, whichever is slower, where every
   * piece of memory is fetched as often as warps ask for it. Caches make it faster, latency and the
   * launch itself make it slower.
   */
  public double seconds(Counters work) {
    double arithmetic = work.flops() / (teraflops * 1e12);
    double memory = (double) SECTOR * work.globalSectors() / (gigabytesPerSecond * 1e9);
    return Math.max(arithmetic, memory);
  }

  /**
   * The share of a multiprocessor's threads that can be resident.
   *
   * @param registers of a thread
   * @param shared bytes of a block
   */
  public double occupancy(int threadsPerBlock, int registers, int shared) {
    int warps = (threadsPerBlock + WARP - 1) / WARP;
    int perWarp = (registers * WARP + PIECE - 1) / PIECE * PIECE;
    int warpsOfPart = perWarp == 0 ? threads : REGISTERS / PARTS / perWarp;
    int byRegisters = warpsOfPart * PARTS / warps;
    int taken = shared + (sm >= 80 ? RESERVED : 0);
    int byShared = taken == 0 ? blocks : sharedBytes / taken;
    int byThreads = threads / (warps * WARP);
    int resident = Math.min(Math.min(byRegisters, byShared), Math.min(byThreads, blocks));
    return (double) resident * warps * WARP / threads;
  }
}
