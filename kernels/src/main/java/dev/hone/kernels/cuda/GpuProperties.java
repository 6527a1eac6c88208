package dev.hone.kernels.cuda;

/**
 * What a device is.
 *
 * @param name the maker's name for it
 * @param ordinal which of the machine's devices, from 0
 * @param major the compute capability's first number: 7 in 7.5
 * @param minor the compute capability's second number: 5 in 7.5
 * @param multiprocessors how many blocks' homes there are
 * @param maxThreadsPerBlock most threads in a block
 * @param sharedBytesPerBlock most shared memory of a block, static and dynamic together, in bytes
 * @param totalBytes device memory, in bytes
 */
public record GpuProperties(
    String name,
    int ordinal,
    int major,
    int minor,
    int multiprocessors,
    int maxThreadsPerBlock,
    int sharedBytesPerBlock,
    long totalBytes) {
  /** Threads that step together, on every device there has been. */
  public static final int WARP = 32;

  /** The compute capability as compilers write it: {@code sm_75}. */
  public String architecture() {
    return "sm_" + major + minor;
  }

  /** {@code NVIDIA A100-SXM4-40GB (cuda:0, sm_80, 108 multiprocessors, 39.4 GiB)}. */
  @Override
  public String toString() {
    return String.format(
        java.util.Locale.ROOT,
        "%s (cuda:%d, %s, %d multiprocessors, %.1f GiB)",
        name,
        ordinal,
        architecture(),
        multiprocessors,
        (double) totalBytes / (1L << 30));
  }
}
