package dev.hone.kernels.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** A place on the device as JCuda wants it, made from a number and giving it back. */
final class CudaAddress extends CUdeviceptr {
  /** For a call to write to. */
  CudaAddress() {}

  /** JCuda has no constructor for a number, but adds offsets to a null pointer. */
  CudaAddress(long address) {
    super(new CUdeviceptr(), address);
  }

  long value() {
    return getNativePointer() + getByteOffset();
  }

  /** A place in the host's native memory. */
  static Pointer host(MemorySegment segment) {
    return new Host(segment.address());
  }

  private static final class Host extends Pointer {
    Host(long address) {
      super(address);
    }
  }

  /** Identity: what the superclass compares is not all of it. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CudaAddress that && value() == that.value();
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value());
  }
}
