package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.ByteImages;
import java.lang.foreign.MemorySegment;

/** Launches pixels.ptx. */
final class PixelKernels {
  private final CudaBackend backend;

  PixelKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** {@code [N, C, H, W]}, of bytes that are copied to the device as they are. */
  Tensor images(ByteImages images) {
    Shape shape = images.shape();
    int n = shape.size();
    Tensor y = backend.empty(shape, DType.FLOAT32, null);
    if (n == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor pixels = words(Math.ceilDiv(n, Integer.BYTES), DType.INT32, temporary);
      Tensor values = words(images.values().length, DType.FLOAT32, temporary);
      Tensor changes = words(images.changes().length, DType.INT32, temporary);
      CudaDevice device = backend.device();
      MemorySegment bytes = MemorySegment.ofArray(images.pixels());
      device.upload(CudaBackend.memory(pixels).slice(0, n), bytes);
      device.upload(CudaBackend.words(values), images.values());
      device.upload(CudaBackend.words(changes), images.changes());
      Arguments arguments =
          new Arguments()
              .tensor(y)
              .tensor(pixels)
              .tensor(values)
              .tensor(changes)
              .u32(n, shape.dim(1), shape.dim(2), shape.dim(3));
      device.launch("pixels", "images", n, arguments);
    }
    return y;
  }

  private Tensor words(int count, DType dtype, Arena temporary) {
    return backend.empty(Shape.of(count), dtype, temporary);
  }
}
