package dev.hone.bench.micro;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Hone on one workload.
 *
 * @param millis of each run
 * @param allocated bytes of Java heap that a run takes anew, all threads together
 * @param held bytes that live once it has run: weights, batch, and the pool with a run's tensors; 0
 *     if nobody looked
 */
public record Measurement(
    Workload workload, Setting setting, Samples millis, long allocated, long held) {

  /** Times {@code workload} on {@code engine}. */
  public static Measurement of(Engine engine, Workload workload, Setting setting, Stopwatch watch) {
    Runnable work = engine.prepare(workload);
    watch.warm(work);
    long before = allocatedBytes();
    Samples millis = watch.timeWarm(work);
    long allocated = (allocatedBytes() - before) / millis.count();
    long held = workload instanceof Workload.Op ? 0 : liveBytes();
    return new Measurement(workload, setting, millis, allocated, held);
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
    return setting.batch() / millis.median() * 1e3;
  }

  /** Operations per second, by the definition of the workload; 0 if nobody counted. */
  public double flopsPerSecond() {
    return workload.flops(setting.batch()) / millis.median() * 1e3;
  }
}
