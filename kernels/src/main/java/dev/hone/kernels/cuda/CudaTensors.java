package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import org.jspecify.annotations.Nullable;

/**
 * A GPU's tensors: their memory, and how values come from the host and go back to it. Reading waits
 * for the device; everything else returns once its work is on the stream.
 */
abstract class CudaTensors implements Backend {
  private final String name;
  private final CudaDevice device;

  /** On {@code device}, which this backend owns. */
  CudaTensors(String name, CudaDevice device) {
    this.name = name;
    this.device = device;
  }

  // ---- for the kernels ----

  final CudaDevice device() {
    return device;
  }

  static CudaStorage storage(Tensor x) {
    return (CudaStorage) x.storage();
  }

  /** The memory behind x, from its storage's first word on. */
  static DeviceMemory memory(Tensor x) {
    return storage(x).memory();
  }

  static Layout.Strided layout(Tensor x) {
    return (Layout.Strided) x.layout();
  }

  /** x's words alone; x is row-major and has some. */
  static DeviceMemory words(Tensor x) {
    return CudaDevice.words(memory(x), layout(x).offset(), x.shape().size());
  }

  /** A row-major tensor, contents unspecified. */
  Tensor empty(Shape shape, DType dtype, @Nullable Arena arena) {
    return new Tensor(
        allocate(dtype, shape.size(), arena), Layout.Strided.contiguous(shape), arena);
  }

  // ---- memory ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public CudaStorage allocate(DType dtype, int length, @Nullable Arena arena) {
    var storage = new CudaStorage(this, dtype, length, device.allocate(length), arena != null);
    if (arena != null) {
      try {
        arena.adopt(storage);
      } catch (IllegalStateException e) {
        storage.release();
        throw e;
      }
    }
    return storage;
  }

  @Override
  public void synchronize() {
    device.synchronize();
  }

  // ---- moving data ----

  @Override
  public Tensor fromDoubles(Shape shape, DType dtype, double[] values) {
    return switch (dtype) {
      case FLOAT32 -> {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) values[i];
        }
        yield fromFloats(shape, floats);
      }
      case INT32 -> {
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
          ints[i] = (int) values[i];
        }
        yield fromInts(shape, ints);
      }
    };
  }

  @Override
  public Tensor fromFloats(Shape shape, float[] values) {
    Tensor t = empty(shape, DType.FLOAT32, null);
    if (values.length > 0) {
      device.upload(words(t), values);
    }
    return t;
  }

  @Override
  public Tensor fromInts(Shape shape, int[] values) {
    Tensor t = empty(shape, DType.INT32, null);
    if (values.length > 0) {
      device.upload(words(t), values);
      storage(t).range(IntRange.of(values));
    }
    return t;
  }

  @Override
  public void read(Tensor x, double[] out) {
    switch (x.dtype()) {
      case FLOAT32 -> {
        float[] floats = new float[out.length];
        read(x, floats);
        for (int i = 0; i < out.length; i++) {
          out[i] = floats[i];
        }
      }
      case INT32 -> {
        int[] ints = new int[out.length];
        read(x, ints);
        for (int i = 0; i < out.length; i++) {
          out[i] = ints[i];
        }
      }
    }
  }

  @Override
  public void read(Tensor x, float[] out) {
    try (Arena temporary = new Arena()) {
      Tensor rowMajor = x.in(temporary).contiguous();
      device.download(out, memory(rowMajor), layout(rowMajor).offset());
    }
  }

  @Override
  public void read(Tensor x, int[] out) {
    try (Arena temporary = new Arena()) {
      Tensor rowMajor = x.in(temporary).contiguous();
      device.download(out, memory(rowMajor), layout(rowMajor).offset());
    }
  }

  @Override
  public Tensor full(Shape shape, DType dtype, double value, @Nullable Arena arena) {
    Tensor t = empty(shape, dtype, arena);
    if (shape.size() > 0) {
      int word = dtype == DType.INT32 ? (int) value : Float.floatToRawIntBits((float) value);
      device.fill(words(t), word);
      storage(t).range(dtype == DType.INT32 ? new IntRange(word, word) : IntRange.UNKNOWN);
    }
    return t;
  }
}
