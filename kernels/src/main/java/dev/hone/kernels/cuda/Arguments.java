package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A launch's arguments, in the order of the kernel's parameters. */
final class Arguments {
  private final List<KernelArgument> values = new ArrayList<>();

  /** The first byte of {@code memory}. */
  Arguments address(DeviceMemory memory) {
    values.add(memory.argument());
    return this;
  }

  /** The word of 32 bits at {@code element} of {@code memory}. */
  Arguments address(DeviceMemory memory, long element) {
    values.add(new KernelArgument.Address(memory.address() + element * Integer.BYTES));
    return this;
  }

  /** The first element of row-major x, or null. */
  Arguments tensor(@Nullable Tensor x) {
    if (x == null) {
      values.add(new KernelArgument.Address(0));
      return this;
    }
    return address(CudaBackend.memory(x), CudaBackend.layout(x).offset());
  }

  Arguments u32(int... words) {
    for (int word : words) {
      values.add(new KernelArgument.Int(word));
    }
    return this;
  }

  Arguments f32(float... numbers) {
    for (float number : numbers) {
      values.add(new KernelArgument.Float(number));
    }
    return this;
  }

  List<KernelArgument> values() {
    return values;
  }
}
