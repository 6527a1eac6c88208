package dev.hone.kernels.cpu;

import dev.hone.tensor.DType;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.Storage;
import org.jspecify.annotations.Nullable;

/** An array: {@code float[]} or {@code int[]}. Arrays beat memory segments (see PERF, traps). */
final class CpuStorage extends Storage {
  private final BufferPool pool;
  private final PackedWeights packedWeights;
  private @Nullable Object array;

  CpuStorage(Backend backend, BufferPool pool, float[] array) {
    super(backend, DType.FLOAT32, array.length);
    this.pool = pool;
    packedWeights = new PackedWeights(pool);
    this.array = array;
  }

  CpuStorage(Backend backend, BufferPool pool, int[] array) {
    super(backend, DType.INT32, array.length);
    this.pool = pool;
    packedWeights = new PackedWeights(pool);
    this.array = array;
  }

  float[] floats() {
    return switch (array) {
      case float[] a -> a;
      case null -> throw gone();
      default -> throw new IllegalStateException("this storage holds " + dtype() + ", not floats");
    };
  }

  int[] ints() {
    return switch (array) {
      case int[] a -> a;
      case null -> throw gone();
      default -> throw new IllegalStateException("this storage holds " + dtype() + ", not ints");
    };
  }

  PackedWeights packedWeights() {
    return packedWeights;
  }

  /** To be called after writing into a storage that others may have read. */
  void written() {
    packedWeights.drop();
  }

  @Override
  public void release() {
    packedWeights.drop();
    Object a = array;
    array = null;
    switch (a) {
      case float[] f -> pool.give(f);
      case int[] i -> pool.give(i);
      case null, default -> {}
    }
  }
}
