package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.Storage;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/** Words of 32 bits in device memory. */
final class CudaStorage extends Storage {
  private static final Cleaner CLEANER = Cleaner.create();

  private @Nullable DeviceMemory memory;
  private IntRange range = IntRange.UNKNOWN;

  /**
   * @param memory at least {@code length} words; this storage owns it
   * @param owned whether an arena will call {@link #release}; else the memory goes back when the
   *     collector finds that nobody refers to this storage
   */
  CudaStorage(Backend backend, DType dtype, int length, DeviceMemory memory, boolean owned) {
    super(backend, dtype, length);
    this.memory = memory;
    if (!owned) {
      CLEANER.register(this, memory::close);
    }
  }

  DeviceMemory memory() {
    DeviceMemory m = memory;
    if (m == null) {
      throw gone();
    }
    return m;
  }

  /** What its numbers are known to be, if it is int32. */
  IntRange range() {
    return range;
  }

  /** Says what its numbers are; {@link IntRange#UNKNOWN} after writing into it. */
  void range(IntRange known) {
    range = known;
  }

  @Override
  public void release() {
    DeviceMemory m = memory;
    memory = null;
    if (m != null) {
      m.close();
    }
  }
}
