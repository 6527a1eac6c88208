package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Launches pieces.ptx: many tensors joined to one, or one split into many, in one launch. */
final class PieceKernels {
  /** Longer pieces take several rows of the table, so that many blocks have a part in them. */
  private static final int ROW = 4096;

  private static final int COLUMNS = 3;

  private final CudaBackend backend;

  PieceKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** Writes the pieces one behind the other to row-major {@code whole}. */
  void join(Tensor whole, List<Tensor> pieces) {
    try (Arena temporary = new Arena()) {
      List<Tensor> rowMajor = pieces.stream().map(p -> p.in(temporary).contiguous()).toList();
      run(whole, rowMajor, false, temporary);
    }
  }

  /** Overwrites the row-major pieces with what lies in {@code whole} one behind the other. */
  void split(Tensor whole, List<Tensor> pieces) {
    try (Arena temporary = new Arena()) {
      run(whole.in(temporary).contiguous(), pieces, true, temporary);
    }
  }

  private void run(Tensor whole, List<Tensor> pieces, boolean splits, Arena temporary) {
    var rows = new ArrayList<Long>();
    long start = 0;
    for (Tensor piece : pieces) {
      int size = piece.shape().size();
      long address = size == 0 ? 0 : CudaBackend.words(piece).address();
      for (int from = 0; from < size; from += ROW) {
        rows.add(address + (long) from * Integer.BYTES);
        rows.add(start + from);
        rows.add((long) Math.min(ROW, size - from));
      }
      start += size;
    }
    if (rows.isEmpty()) {
      return;
    }
    long[] table = rows.stream().mapToLong(Long::longValue).toArray();
    int words = table.length * 2;
    DeviceMemory there =
        CudaDevice.words(backend.allocate(DType.INT32, words, temporary).memory(), 0, words);
    backend.device().upload(there, MemorySegment.ofArray(table));
    int count = table.length / COLUMNS;
    Arguments arguments = new Arguments().tensor(whole).address(there).u32(count, splits ? 1 : 0);
    backend.device().launch("pieces", "pieces", (long) count * CudaDevice.THREADS, arguments);
  }
}
