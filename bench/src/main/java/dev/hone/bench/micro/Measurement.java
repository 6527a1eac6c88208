package dev.hone.bench.micro;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Hone on one workload.
 *
 * @param millis of each run
 * @param flops of one run, 0 if unknown
 * @param allocated bytes of Java heap that a run takes anew, all threads together
 * @param held bytes that live once it has run: weights, batch, and the pool with a run's tensors
 */
public record Measurement(
    Workload workload, int batch, Samples millis, double flops, long allocated, long held) {
  /** Times {@code workload} on {@code engine}. */
  public static Measurement of(Engine engine, Workload workload, int batch, Stopwatch watch) {
    Runnable work = engine.prepare(workload);
    watch.warm(work);
    long before = allocatedBytes();
    var millis = new Stopwatch(java.time.Duration.ZERO, watch.time(), watch.least()).time(work);
    int runs = millis.count() + 3;
    long allocated = (allocatedBytes() - before) / runs;
    return new Measurement(workload, batch, millis, workload.flops(batch), allocated, liveBytes());
  }

  /** By all threads since the JVM started, those that have ended included. */
  private static long allocatedBytes() {
    return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
  }

  private static long liveBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Images per second. */
  public double imagesPerSecond() {
    return batch / millis.median() * 1e3;
  }

  /** Operations per second, by the definition of the workload. */
  public double flopsPerSecond() {
    return flops / millis.median() * 1e3;
  }
}
