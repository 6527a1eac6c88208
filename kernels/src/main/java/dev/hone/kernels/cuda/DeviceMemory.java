package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.KernelArgument;
import java.util.function.LongConsumer;

/**
 * A piece of device memory, or a slice of one. Slices share the fate of the whole: once it is
 * closed, using any of them is an error.
 */
public final class DeviceMemory extends GpuHandle {
  private final long address;
  private final long bytes;
  private final DeviceMemory whole;
  private final LongConsumer release;

  /**
   * Memory of its own.
   *
   * @param address where it starts on the device
   * @param bytes 1 or more
   * @param release takes the address back, once
   */
  public DeviceMemory(long address, long bytes, LongConsumer release) {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "device memory: must have 1 byte or more, but has " + bytes);
    }
    this.address = address;
    this.bytes = bytes;
    this.whole = this;
    this.release = release;
  }

  private DeviceMemory(DeviceMemory whole, long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
    this.whole = whole;
    this.release = ignored -> {};
  }

  @Override
  protected String kind() {
    return "device memory of " + bytes + " bytes";
  }

  @Override
  protected void destroy() {
    release.accept(address);
  }

  /** Where it starts on the device. */
  public long address() {
    requireLive();
    return address;
  }

  public long bytes() {
    return bytes;
  }

  /** As a kernel's pointer argument. */
  public KernelArgument argument() {
    return new KernelArgument.Address(address());
  }

  /**
   * A part of it, which owns nothing: closing a slice gives no memory back.
   *
   * @param offset in bytes
   * @param length in bytes, 1 or more
   */
  public DeviceMemory slice(long offset, long length) {
    requireLive();
    if (offset < 0 || length < 1 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(
          "device memory: no slice of %d bytes at %d in %d bytes".formatted(length, offset, bytes));
    }
    return new DeviceMemory(whole, address + offset, length);
  }

  private void requireLive() {
    requireOpen();
    whole.requireOpen();
  }

  @Override
  public String toString() {
    return "%d bytes at 0x%x%s".formatted(bytes, address, isClosed() ? " (closed)" : "");
  }
}
