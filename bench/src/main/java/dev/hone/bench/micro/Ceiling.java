package dev.hone.bench.micro;

import dev.hone.kernels.cpu.CpuBackendProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine can do at most, measured.
 *
 * @param threads how many did it together; 0 on a GPU
 * @param flops fused multiply-adds per second, two operations each
 * @param bytes read and written per second when copying what no cache holds
 */
public record Ceiling(int threads, double flops, double bytes) {
  private static final int FLOATS = 1 << 24;
  private static final int TRIES = 8;

  public static Ceiling measure(int threads) {
    return new Ceiling(threads, CpuBackendProvider.fmaPeak(threads), copied(threads));
  }

  /** Operations per byte above which the FMA units are the limit, and below which memory is. */
  public double ridge() {
    return flops / bytes;
  }

  /** The most operations per second at {@code intensity} operations per byte. */
  public double roof(double intensity) {
    return Math.min(flops, intensity * bytes);
  }

  /** The higher of each. */
  Ceiling or(Ceiling other) {
    return new Ceiling(threads, Math.max(flops, other.flops), Math.max(bytes, other.bytes));
  }

  private static double copied(int threads) {
    float[] from = new float[FLOATS];
    float[] to = new float[FLOATS];
    double bytes = 2.0 * Float.BYTES * FLOATS;
    double best = 0;
    for (int i = 0; i < TRIES; i++) {
      long start = System.nanoTime();
      copy(from, to, threads);
      best = Math.max(best, bytes / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }

  /** Each thread copies its part. */
  private static void copy(float[] from, float[] to, int threads) {
    List<Thread> crew = new ArrayList<>();
    int part = FLOATS / threads;
    for (int t = 0; t < threads; t++) {
      int start = t * part;
      crew.add(Thread.ofPlatform().start(() -> System.arraycopy(from, start, to, start, part)));
    }
    for (Thread thread : crew) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while memory was measured", e);
      }
    }
  }
}
