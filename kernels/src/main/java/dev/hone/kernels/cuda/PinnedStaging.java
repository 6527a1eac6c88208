package dev.hone.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies arrays to and from the device through pinned chunks. An array itself must never be given
 * to a copy that runs later: the collector moves it. A chunk is used again once its copy is done,
 * so {@link #upload} returns at once and the caller may change its array. Thread-safe.
 */
public final class PinnedStaging implements AutoCloseable {
  /** Larger arrays go in several pieces, so that little memory is pinned. */
  private static final long LARGEST = 4 << 20;

  /** A host that never waits would otherwise pin ever more. */
  private static final int MOST = 64;

  private static final long SMALLEST = 64 << 10;

  private final GpuDriver driver;
  private final List<Chunk> chunks = new ArrayList<>();

  /** Pinned memory and the mark behind its last copy. */
  private record Chunk(PinnedMemory memory, GpuEvent used) {
    boolean idle() {
      return used.isDone();
    }
  }

  public PinnedStaging(GpuDriver driver) {
    this.driver = driver;
  }

  /** Copies all of {@code from}, of as many bytes as {@code to}, behind the work on the stream. */
  public void upload(GpuStream stream, DeviceMemory to, float[] from) {
    upload(stream, to, MemorySegment.ofArray(from));
  }

  /** Copies all of {@code from}, of as many bytes as {@code to}, behind the work on the stream. */
  public void upload(GpuStream stream, DeviceMemory to, int[] from) {
    upload(stream, to, MemorySegment.ofArray(from));
  }

  /** Copies {@code from} to all of {@code to}; they have equally many bytes. */
  public synchronized void upload(GpuStream stream, DeviceMemory to, MemorySegment from) {
    requireFits("upload", stream, to.bytes(), from.byteSize());
    for (long done = 0; done < to.bytes(); done += LARGEST) {
      long bytes = Math.min(LARGEST, to.bytes() - done);
      Chunk chunk = take(bytes);
      MemorySegment staged = chunk.memory().segment().asSlice(0, bytes);
      staged.copyFrom(from.asSlice(done, bytes));
      stream.copyIn(to.slice(done, bytes), staged);
      stream.record(chunk.used());
      chunks.add(chunk);
    }
  }

  /** Waits for the work on the stream and copies all of {@code from} to {@code to}. */
  public void download(GpuStream stream, float[] to, DeviceMemory from) {
    download(stream, MemorySegment.ofArray(to), from);
  }

  /** Waits for the work on the stream and copies all of {@code from} to {@code to}. */
  public void download(GpuStream stream, int[] to, DeviceMemory from) {
    download(stream, MemorySegment.ofArray(to), from);
  }

  /** Copies all of {@code from} to {@code to}, after the work on the stream; equally many bytes. */
  public synchronized void download(GpuStream stream, MemorySegment to, DeviceMemory from) {
    requireFits("download", stream, to.byteSize(), from.bytes());
    for (long done = 0; done < from.bytes(); done += LARGEST) {
      long bytes = Math.min(LARGEST, from.bytes() - done);
      Chunk chunk = take(bytes);
      MemorySegment staged = chunk.memory().segment().asSlice(0, bytes);
      stream.copyOut(staged, from.slice(done, bytes));
      stream.record(chunk.used());
      chunk.used().synchronize();
      to.asSlice(done, bytes).copyFrom(staged);
      chunks.add(chunk);
    }
  }

  private static void requireFits(String op, GpuStream stream, long to, long from) {
    if (to != from) {
      throw new IllegalArgumentException(
          "%s: %d bytes into a place of %d; slice the larger one".formatted(op, from, to));
    }
    if (stream.isCapturing()) {
      throw new CaptureException(
          op
              + ": a chunk is used again after its copy, but a captured copy runs later; copy from"
              + " PinnedMemory of your own, or before the capture");
    }
  }

  /** An idle chunk or a new one; if there are many already, the oldest, once it is idle. */
  private Chunk take(long bytes) {
    if (chunks.size() >= MOST) {
      chunks.getFirst().used().synchronize();
    }
    for (int i = 0; i < chunks.size(); i++) {
      if (chunks.get(i).memory().bytes() >= bytes && chunks.get(i).idle()) {
        return chunks.remove(i);
      }
    }
    long size = Math.max(SMALLEST, Long.highestOneBit(Math.max(1, bytes - 1)) << 1);
    return new Chunk(driver.allocatePinned(size), driver.newEvent());
  }

  /** Waits for its copies and gives the chunks back. */
  @Override
  public synchronized void close() {
    for (Chunk chunk : chunks) {
      chunk.used().synchronize();
      chunk.used().close();
      chunk.memory().close();
    }
    chunks.clear();
  }
}
