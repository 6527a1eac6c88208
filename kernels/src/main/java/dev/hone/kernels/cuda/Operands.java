package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Operands of our kernels: whether they are large enough, and how a launch passes them. */
final class Operands {
  private Operands() {}

  /** Complains if {@code memory} does not hold a float32 tensor of {@code shape}. */
  static void require(String op, String name, @Nullable DeviceMemory memory, Shape shape) {
    require(op, name, memory, (long) shape.size());
  }

  /** Complains if {@code memory}, where there is any, does not hold {@code elements} float32. */
  static void require(String op, String name, @Nullable DeviceMemory memory, long elements) {
    if (memory != null && memory.bytes() < elements * Float.BYTES) {
      throw new IllegalArgumentException(
          "%s: %s has %d elements, but its memory holds %d; allocate %d bytes"
              .formatted(op, name, elements, memory.bytes() / Float.BYTES, elements * Float.BYTES));
    }
  }

  /** The element at {@code offset}; null is the null pointer. */
  static KernelArgument address(@Nullable DeviceMemory memory, long offset) {
    return new KernelArgument.Address(memory == null ? 0 : memory.address() + offset * Float.BYTES);
  }

  static KernelArgument address(@Nullable DeviceMemory memory) {
    return address(memory, 0);
  }

  static KernelArgument number(int value) {
    return new KernelArgument.Int(value);
  }

  static KernelArgument flag(boolean value) {
    return new KernelArgument.Int(value ? 1 : 0);
  }
}
