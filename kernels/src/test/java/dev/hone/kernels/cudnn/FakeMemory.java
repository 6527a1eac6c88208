package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.EmulatorDriver;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider.Availability;
import dev.hone.tensor.reference.ReferenceBackendProvider;
import java.lang.foreign.MemorySegment;

/** Device memory as the oracle's tensors. */
record FakeMemory(EmulatorDriver driver, Backend oracle) {
  static FakeMemory of(EmulatorDriver driver) {
    return switch (new ReferenceBackendProvider().probe()) {
      case Availability.Available yes -> new FakeMemory(driver, yes.backend());
      case Availability.Unavailable no -> throw new AssertionError(no.reason());
    };
  }

  float[] floats(long address, int count) {
    float[] values = new float[count];
    driver.emulator().copyOut(address, MemorySegment.ofArray(values));
    return values;
  }

  Tensor read(long address, Shape shape) {
    return Tensor.of(oracle, shape, floats(address, shape.size()));
  }

  /** {@code alpha * value + beta * what is there}; with a beta of 0 nothing is read. */
  void blend(long address, float alpha, Tensor value, float beta) {
    float[] out = value.toFloats();
    float[] before = beta == 0 ? new float[out.length] : floats(address, out.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = alpha * out[i] + beta * before[i];
    }
    driver.emulator().copyIn(address, MemorySegment.ofArray(out));
  }
}
