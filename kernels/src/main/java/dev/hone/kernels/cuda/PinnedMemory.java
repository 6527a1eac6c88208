package dev.hone.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Host memory that stays where it is, so that the device can copy from and to it on its own.
 * Whoever writes to it while a copy from it may still run, or reads what a copy has not written
 * yet, gets whatever is there: synchronise first.
 */
public final class PinnedMemory extends GpuHandle {
  private final MemorySegment segment;
  private final Consumer<MemorySegment> release;

  /**
   * @param segment 1 byte or more of native memory
   * @param release takes the segment back, once
   */
  public PinnedMemory(MemorySegment segment, Consumer<MemorySegment> release) {
    if (!segment.isNative() || segment.byteSize() < 1) {
      throw new IllegalArgumentException(
          "pinned memory: needs 1 byte or more of native memory, but got " + segment);
    }
    this.segment = segment;
    this.release = release;
  }

  @Override
  protected String kind() {
    return "pinned memory of " + segment.byteSize() + " bytes";
  }

  @Override
  protected void destroy() {
    release.accept(segment);
  }

  /** The bytes themselves. */
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  public long bytes() {
    return segment.byteSize();
  }
}
