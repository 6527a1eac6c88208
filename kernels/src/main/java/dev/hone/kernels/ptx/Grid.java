package dev.hone.kernels.ptx;

/** How many blocks, and how many threads in each. CUDA's limits hold. */
public record Grid(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ) {
  private static final int MAX_THREADS = 1024;
  private static final int MAX_BLOCK_Z = 64;
  private static final int MAX_GRID_YZ = 65535;

  public Grid {
    if (gridX < 1 || gridY < 1 || gridZ < 1 || blockX < 1 || blockY < 1 || blockZ < 1) {
      throw new IllegalArgumentException(
          "grid: every extent must be 1 or more, but it is "
              + text(gridX, gridY, gridZ, blockX, blockY, blockZ));
    }
    if (gridY > MAX_GRID_YZ || gridZ > MAX_GRID_YZ) {
      throw new IllegalArgumentException(
          "grid: y and z reach %d, but it is %s; put the long extent on x"
              .formatted(MAX_GRID_YZ, text(gridX, gridY, gridZ, blockX, blockY, blockZ)));
    }
    if ((long) blockX * blockY * blockZ > MAX_THREADS || blockZ > MAX_BLOCK_Z) {
      throw new IllegalArgumentException(
          "grid: a block has at most %d threads and %d along z, but it is %s"
              .formatted(
                  MAX_THREADS, MAX_BLOCK_Z, text(gridX, gridY, gridZ, blockX, blockY, blockZ)));
    }
    if ((long) gridX * gridY * gridZ > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "grid: the emulator runs at most 2^31 - 1 blocks, but it is "
              + text(gridX, gridY, gridZ, blockX, blockY, blockZ));
    }
  }

  /** Along x only. */
  public static Grid of(int blocks, int threads) {
    return new Grid(blocks, 1, 1, threads, 1, 1);
  }

  /** As many blocks of {@code threads} as cover {@code n} elements; at least one. */
  public static Grid covering(long n, int threads) {
    return of((int) Math.max(1, Math.ceilDiv(n, threads)), threads);
  }

  public int blocks() {
    return gridX * gridY * gridZ;
  }

  public int threadsPerBlock() {
    return blockX * blockY * blockZ;
  }

  @Override
  public String toString() {
    return text(gridX, gridY, gridZ, blockX, blockY, blockZ);
  }

  private static String text(int gx, int gy, int gz, int bx, int by, int bz) {
    return "(%d, %d, %d) blocks of (%d, %d, %d) threads".formatted(gx, gy, gz, bx, by, bz);
  }
}
