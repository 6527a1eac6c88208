package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.PtxEmulator;
import dev.hone.kernels.ptx.PtxModule;
import java.lang.foreign.Arena;

/**
 * A GPU that needs none: kernels run on the {@link PtxEmulator}. It is strict where hardware is
 * lucky. Streams are lazy and run in a seeded random order that only events and synchronisation
 * bind, so that a missing wait shows; fresh memory is uninitialised and reading it is an error; and
 * freeing memory that waiting work still needs is one too.
 */
public final class EmulatorDriver implements GpuDriver {
  private static final long MEMORY = 2L << 30;
  private static final int MULTIPROCESSORS = 4;
  private static final byte CLOSED = (byte) 0xa5;
  private static final int SHARED = 48 << 10;

  private final EmulatedQueues queues;
  private final PtxEmulator emulator;
  private final EmulatorOptions options;
  private final GpuProperties properties;
  private long held;
  private boolean closed;

  /**
   * @param options of the emulator itself
   * @param seed of the order in which streams run
   */
  public EmulatorDriver(EmulatorOptions options, long seed) {
    this(options, seed, MEMORY);
  }

  EmulatorDriver(EmulatorOptions options, long seed, long memory) {
    this.options = options;
    this.properties =
        new GpuProperties("PTX emulator", 0, 8, 0, MULTIPROCESSORS, 1024, SHARED, memory);
    this.emulator = new PtxEmulator(options);
    this.queues = new EmulatedQueues(seed);
  }

  /** With every sanitizer, as tests want it. */
  static EmulatorDriver strict(long seed) {
    return new EmulatorDriver(EmulatorOptions.checked(), seed);
  }

  EmulatorOptions emulatorOptions() {
    return options;
  }

  @Override
  public String name() {
    return "emulator";
  }

  /** The emulator underneath, for its counters and reports. */
  public PtxEmulator emulator() {
    return emulator;
  }

  @Override
  public GpuProperties properties() {
    return properties;
  }

  @Override
  public long freeBytes() {
    synchronized (queues) {
      return properties.totalBytes() - held;
    }
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    synchronized (queues) {
      requireUsable("allocate");
      if (bytes > properties.totalBytes() - held) {
        throw new GpuException(
            "allocate: no %d bytes left of %d on the emulator, %d are in use"
                .formatted(bytes, properties.totalBytes(), held));
      }
      long address = emulator.allocate(bytes);
      held += bytes;
      return new DeviceMemory(address, bytes, ignored -> free(address, bytes));
    }
  }

  private void free(long address, long bytes) {
    synchronized (queues) {
      if (!closed) {
        requireUsable("free");
        emulator.free(address);
        held -= bytes;
      }
    }
  }

  /** As in CUDA's default mode, where a capture of any stream forbids it. */
  private void requireUsable(String op) {
    requireOpen();
    if (queues.capturing()) {
      throw new GpuException(
          op + ": not allowed while a stream captures; do it before, or use CachingAllocator");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("emulator: used after it was closed");
    }
  }

  /** Once closed it holds nonsense, which a copy that still waited for its turn then moves. */
  @Override
  public PinnedMemory allocatePinned(long bytes) {
    requireOpen();
    return new PinnedMemory(Arena.ofAuto().allocate(bytes, 64), segment -> segment.fill(CLOSED));
  }

  @Override
  public GpuModule load(String ptx, String name) {
    requireOpen();
    return new EmulatedModule(PtxModule.parse(ptx, name));
  }

  @Override
  public GpuStream newStream() {
    requireOpen();
    return new EmulatedStream(properties, queues, emulator);
  }

  @Override
  public GpuEvent newEvent() {
    requireOpen();
    return new EmulatedEvent(queues);
  }

  /**
   * Puts {@code work} of the host's on an emulated stream, in its order and captured with it: for
   * stand-ins of libraries that put kernels of their own on streams. It reads and writes device
   * memory by {@link #emulator}.
   */
  public static void enqueue(GpuStream stream, Runnable work) {
    if (!(stream instanceof EmulatedStream emulated)) {
      throw new IllegalArgumentException("stream: not one of the emulator");
    }
    emulated.enqueue(work);
  }

  @Override
  public void synchronize() {
    requireOpen();
    queues.runAll();
  }

  @Override
  public void close() {
    synchronized (queues) {
      closed = true;
      queues.discard();
    }
  }
}
