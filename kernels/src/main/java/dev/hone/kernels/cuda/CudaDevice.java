package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A driver with what every launch needs: one stream, memory for it, staging, and the kernels of our
 * {@code .ptx} files, each file parsed and loaded once. Thread-safe: the stream takes one thread at
 * a time, and what threads share they have shared by putting it there.
 */
final class CudaDevice implements AutoCloseable {
  /** Threads of a block where a kernel does not ask for another number. */
  static final int THREADS = 256;

  /** Blocks for each multiprocessor: enough to hide latency; grids of more only stride less. */
  private static final int BLOCKS = 8;

  private static final int PATIENCE_MILLIS = 50;

  private final GpuDriver driver;
  private final GpuStream stream;
  private final CachingAllocator allocator;
  private final PinnedStaging staging;
  private final Map<String, GpuModule> modules = new HashMap<>();

  CudaDevice(GpuDriver driver) {
    this.driver = driver;
    this.stream = driver.newStream();
    this.allocator = new CachingAllocator(driver);
    this.staging = new PinnedStaging(driver);
  }

  GpuDriver driver() {
    return driver;
  }

  /** All work goes here. */
  GpuStream stream() {
    return stream;
  }

  CachingAllocator allocator() {
    return allocator;
  }

  /**
   * Memory for {@code words} words of 32 bits, contents unspecified. Device memory means nothing to
   * the collector, so where there is none left, it is asked to find what nobody refers to.
   */
  synchronized DeviceMemory allocate(long words) {
    long bytes = Math.max(1, words) * Integer.BYTES;
    try {
      return allocator.allocate(bytes, stream);
    } catch (GpuException _) {
      System.gc();
      waitForCleaner();
      return allocator.allocate(bytes, stream);
    }
  }

  private static void waitForCleaner() {
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Copies to the device behind the work there is; {@code from} may change at once. */
  synchronized void upload(DeviceMemory to, float[] from) {
    if (from.length > 0) {
      staging.upload(stream, to, from);
    }
  }

  /** Copies to the device behind the work there is; {@code from} may change at once. */
  synchronized void upload(DeviceMemory to, int[] from) {
    if (from.length > 0) {
      staging.upload(stream, to, from);
    }
  }

  /** Copies to the device behind the work there is; {@code from} may change at once. */
  synchronized void upload(DeviceMemory to, MemorySegment from) {
    staging.upload(stream, to, from);
  }

  /** Waits for the work there is and copies {@code to.length} words from {@code element} on. */
  synchronized void download(float[] to, DeviceMemory from, long element) {
    if (to.length > 0) {
      staging.download(stream, to, words(from, element, to.length));
    }
  }

  /** Waits for the work there is and copies {@code to.length} words from {@code element} on. */
  synchronized void download(int[] to, DeviceMemory from, long element) {
    if (to.length > 0) {
      staging.download(stream, to, words(from, element, to.length));
    }
  }

  /** The {@code count} words of {@code memory} from {@code element} on. */
  static DeviceMemory words(DeviceMemory memory, long element, long count) {
    return memory.slice(element * Integer.BYTES, count * Integer.BYTES);
  }

  synchronized void fill(DeviceMemory memory, int word) {
    stream.fill(memory, word);
  }

  /** Copies between memories of equal size that do not overlap. */
  synchronized void copy(DeviceMemory to, DeviceMemory from) {
    stream.copy(to, from);
  }

  /** See {@link CachingAllocator#capture}; meanwhile no other thread gets at the stream. */
  synchronized GpuGraph capture(Runnable work) {
    return allocator.capture(stream, work);
  }

  /** Puts work on the stream that is not a launch of ours. */
  synchronized void put(Consumer<GpuStream> work) {
    work.accept(stream);
  }

  /**
   * Runs a kernel of {@code family}.ptx with a thread for each of {@code n}, or fewer that stride.
   */
  void launch(String family, String entry, long n, Arguments arguments) {
    launch(family, entry, n, THREADS, arguments);
  }

  /** The same with blocks of {@code threads}. */
  synchronized void launch(String family, String entry, long n, int threads, Arguments arguments) {
    long most = (long) driver.properties().multiprocessors() * BLOCKS;
    int blocks = (int) Math.clamp(Math.ceilDiv(n, threads), 1, most);
    stream.launch(kernel(family, entry), Grid.of(blocks, threads), 0, arguments.values());
  }

  /** A kernel of {@code family}.ptx, loaded with its file when the first of it is asked for. */
  synchronized GpuKernel kernel(String family, String entry) {
    return modules.computeIfAbsent(family, f -> PtxFamily.load(driver, f)).kernel(entry);
  }

  /** The families that were asked for so far. */
  synchronized Map<String, GpuModule> modules() {
    return Map.copyOf(modules);
  }

  /** Waits until all work is done. */
  synchronized void synchronize() {
    stream.synchronize();
  }

  @Override
  public synchronized void close() {
    staging.close();
    allocator.close();
    modules.values().forEach(GpuModule::close);
    stream.close();
    driver.close();
  }
}
