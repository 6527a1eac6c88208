package dev.hone.kernels.cuda;

import static dev.hone.kernels.cuda.Operands.address;
import static dev.hone.kernels.cuda.Operands.flag;
import static dev.hone.kernels.cuda.Operands.number;

import dev.hone.kernels.cuda.DnnProvider.ProductShapes;
import dev.hone.kernels.ptx.Grid;
import java.util.List;

/** Launches gemm.ptx. */
final class GemmKernels implements AutoCloseable {
  private static final int MOST_BLOCKS_Y = 65535;

  /** Ranges of k whose sums are added up afterwards, where there are few columns and many k. */
  private static final int CHUNK = 512;

  private static final int FEW_COLUMNS = 128;

  private final GpuModule module;
  private final GpuKernel gemm;
  private final GpuKernel sumPartials;
  private final CachingAllocator allocator;

  GemmKernels(GpuDriver driver, CachingAllocator allocator) {
    this.module = PtxFamily.load(driver, "gemm");
    this.gemm = module.kernel("gemm");
    this.sumPartials = module.kernel("sum_partials");
    this.allocator = allocator;
  }

  /** c = op(a) op(b), added to what c holds if {@code accumulate}. */
  void multiply(
      GpuStream stream,
      ProductShapes s,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate) {
    long sizeA = (long) s.m() * s.k();
    long sizeB = (long) s.k() * s.n();
    long sizeC = (long) s.m() * s.n();
    Operands.require("matmul", "a", a, s.sharedA() ? sizeA : s.batch() * sizeA);
    Operands.require("matmul", "b", b, s.sharedB() ? sizeB : s.batch() * sizeB);
    Operands.require("matmul", "c", c, s.batch() * sizeC);
    int splits = splits(s);
    if (splits == 1) {
      launch(stream, s, 1, a, b, c, accumulate);
      return;
    }
    try (DeviceMemory partials = allocator.allocate(splits * sizeC * Float.BYTES, stream)) {
      launch(stream, s, splits, a, b, partials, false);
      sumPartials(stream, c, partials, Math.toIntExact(sizeC), splits, accumulate);
    }
  }

  /** A row of c must not depend on how many there are, so neither may this. */
  private static int splits(ProductShapes s) {
    boolean split = s.batch() == 1 && s.n() <= FEW_COLUMNS && s.k() >= 2 * CHUNK;
    return split ? Math.ceilDiv(s.k(), CHUNK) : 1;
  }

  private void launch(
      GpuStream stream,
      ProductShapes s,
      int splits,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate) {
    Tiles tiles = Tiles.of(s.m(), s.n());
    int batchA = s.sharedA() ? 0 : Math.multiplyExact(s.m(), s.k());
    int batchB = s.sharedB() ? 0 : Math.multiplyExact(s.k(), s.n());
    int most = MOST_BLOCKS_Y / splits;
    for (int first = 0; first < s.batch(); first += most) {
      int count = Math.min(most, s.batch() - first);
      stream.launch(
          gemm,
          new Grid(tiles.count(), count * splits, 1, Tiles.THREADS, 1, 1),
          tiles.panelBytes(),
          List.of(
              address(a, (long) first * batchA),
              address(b, (long) first * batchB),
              address(c, (long) first * s.m() * s.n()),
              number(s.m()),
              number(s.n()),
              number(s.k()),
              number(s.transposedA() ? 1 : s.k()),
              number(s.transposedA() ? s.m() : 1),
              number(s.transposedB() ? 1 : s.n()),
              number(s.transposedB() ? s.k() : 1),
              number(batchA),
              number(batchB),
              number(splits),
              number(splits == 1 ? s.k() : CHUNK),
              number(tiles.log2R()),
              flag(accumulate)));
    }
  }

  /** out {@code [size]} = the sum of partials {@code [count, size]}, after out's old value. */
  void sumPartials(
      GpuStream stream,
      DeviceMemory out,
      DeviceMemory partials,
      int size,
      int count,
      boolean accumulate) {
    stream.launch(
        sumPartials,
        Grid.covering(size, Tiles.THREADS),
        0,
        List.of(address(out), address(partials), number(size), number(count), flag(accumulate)));
  }

  /** The loaded family, for what was covered of it. */
  GpuModule module() {
    return module;
  }

  @Override
  public void close() {
    module.close();
  }
}
