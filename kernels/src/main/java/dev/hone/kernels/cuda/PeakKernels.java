package dev.hone.kernels.cuda;

import java.util.function.IntConsumer;

/** What a device can do at most, measured: by peak.ptx, and by copying. */
final class PeakKernels {
  /** Blocks for each multiprocessor: as many as can be resident at once. */
  private static final int BLOCKS = 8;

  /** Of each of the eight chains, in a round. */
  private static final int STEPS = 8;

  private static final int CHAINS = 8;

  /** Long enough that the launch itself does not count. */
  private static final double SECONDS = 0.01;

  private static final int TRIES = 4;
  private static final int MOST_ROUNDS = 1 << 24;

  /** More than caches hold, but little of the memory there is. */
  private static final long LARGEST_COPY = 256L << 20;

  private static final int SHARE_OF_MEMORY = 64;

  private final CudaDevice device;

  PeakKernels(CudaDevice device) {
    this.device = device;
  }

  /** Fused multiply-adds per second, two operations each. */
  double flops() {
    long threads =
        (long) device.driver().properties().multiprocessors() * BLOCKS * CudaDevice.THREADS;
    try (DeviceMemory result = device.allocate(threads)) {
      return rate(
          2.0 * threads * CHAINS * STEPS,
          rounds -> launch(result, (int) (threads / CudaDevice.THREADS), 0.999f, 1, rounds));
    }
  }

  void launch(DeviceMemory result, int blocks, float a, float b, int rounds) {
    Arguments arguments = new Arguments().address(result).f32(a, b).u32(rounds);
    device.launch("peak", "peak", (long) blocks * CudaDevice.THREADS, arguments);
  }

  /** Bytes read and written per second when copying. */
  double bytes() {
    long bytes =
        Math.min(LARGEST_COPY, device.driver().properties().totalBytes() / SHARE_OF_MEMORY);
    long words = bytes / Integer.BYTES;
    try (DeviceMemory from = device.allocate(words);
        DeviceMemory to = device.allocate(words)) {
      device.fill(from, 0);
      return rate(
          2.0 * words * Integer.BYTES,
          rounds -> {
            for (int i = 0; i < rounds; i++) {
              device.copy(to, from);
            }
          });
    }
  }

  /** The best rate of {@code amount} per round, of so many rounds that they take a while. */
  private double rate(double amount, IntConsumer work) {
    int rounds = 1;
    double seconds = seconds(work, rounds);
    while (seconds < SECONDS && rounds < MOST_ROUNDS) {
      rounds *= 2;
      seconds = seconds(work, rounds);
    }
    for (int i = 0; i < TRIES; i++) {
      seconds = Math.min(seconds, seconds(work, rounds));
    }
    return amount * rounds / seconds;
  }

  private double seconds(IntConsumer work, int rounds) {
    device.synchronize();
    long start = System.nanoTime();
    work.accept(rounds);
    device.synchronize();
    return (System.nanoTime() - start) / 1e9;
  }
}
