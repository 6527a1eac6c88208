package dev.hone.kernels.cuda;

/**
 * One GPU, real or emulated. Everything the backend does on it goes through here, so that the same
 * backend runs on hardware and, in every build, on the emulator.
 *
 * <p>Work is put on a {@link GpuStream} and runs later, in the order of its stream; across streams
 * only {@link GpuEvent}s and synchronisation order anything. What can be checked without the device
 * (arguments against the kernel's parameters, bounds of copies, closed handles, what a capture
 * allows) is checked by the handles themselves and so holds on every driver.
 *
 * <p>A driver may be used by several threads, a stream by one at a time.
 */
public interface GpuDriver extends AutoCloseable {
  /** What {@code --device} calls it: {@code cuda} or {@code emulator}. */
  String name();

  GpuProperties properties();

  /** Bytes of device memory that nobody holds; an estimate, since others may use the device. */
  long freeBytes();

  /**
   * New device memory, aligned for any access; what it holds is unspecified. It is slow and, like
   * {@link DeviceMemory#close}, not allowed while a stream captures: see {@link CachingAllocator}.
   *
   * @param bytes 1 or more
   * @throws GpuException if the device has not that much
   */
  DeviceMemory allocate(long bytes);

  /**
   * New host memory that the device can read and write while the host does something else. The
   * copies of a stream need it: memory the collector can move is never handed to a running copy.
   *
   * @param bytes 1 or more
   */
  PinnedMemory allocatePinned(long bytes);

  /**
   * Loads kernels.
   *
   * @param ptx the module's text
   * @param name how errors call it, such as the file's name
   * @throws GpuException if the device's compiler refuses it
   */
  GpuModule load(String ptx, String name);

  /** A new stream, independent of all others. */
  GpuStream newStream();

  /** A new event, not recorded yet. */
  GpuEvent newEvent();

  /** Waits until every stream has nothing left to do. */
  void synchronize();

  /** Gives the device back, with everything on it. */
  @Override
  void close();
}
