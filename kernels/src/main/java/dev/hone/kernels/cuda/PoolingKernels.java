package dev.hone.kernels.cuda;

import static dev.hone.kernels.cuda.Operands.address;
import static dev.hone.kernels.cuda.Operands.number;

import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Launches pooling.ptx, for x {@code [N, C, H, W]}. */
final class PoolingKernels implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int WARPS = THREADS / GpuProperties.WARP;

  private final GpuModule module;
  private final GpuKernel averagePool;
  private final GpuKernel averageImage;
  private final GpuKernel maxPool;
  private final GpuKernel gradient;
  private final CachingAllocator allocator;

  PoolingKernels(GpuDriver driver, CachingAllocator allocator) {
    this.module = PtxFamily.load(driver, "pooling");
    this.averagePool = module.kernel("average_pool");
    this.averageImage = module.kernel("average_image");
    this.maxPool = module.kernel("max_pool");
    this.gradient = module.kernel("pool_gradient");
    this.allocator = allocator;
  }

  /** The loaded family, for what was covered of it. */
  GpuModule module() {
    return module;
  }

  /** y {@code [N, C, OH, OW]}. */
  void pool(GpuStream stream, Pool kind, Pooling p, Shape x, DeviceMemory from, DeviceMemory y) {
    Operands.require("pooling", "x", from, x);
    Operands.require("pooling", "y", y, p.output(x));
    switch (kind) {
      case AVERAGE -> average(stream, p, x, from, y);
      case MAX -> max(stream, p, x, from, y, null);
    }
  }

  private void average(GpuStream stream, Pooling p, Shape x, DeviceMemory from, DeviceMemory y) {
    boolean whole = p.padding() == 0 && p.kernel() == x.dim(2) && p.kernel() == x.dim(3);
    if (whole) {
      int planes = x.dim(0) * x.dim(1);
      stream.launch(
          averageImage,
          Grid.of(Math.ceilDiv(planes, WARPS), THREADS),
          0,
          List.of(address(from), address(y), number(planes), number(x.dim(2) * x.dim(3))));
      return;
    }
    launch(stream, averagePool, p, x, p.output(x), address(from), address(y));
  }

  private void max(
      GpuStream stream,
      Pooling p,
      Shape x,
      DeviceMemory from,
      @Nullable DeviceMemory y,
      @Nullable DeviceMemory where) {
    launch(stream, maxPool, p, x, p.output(x), address(from), address(y), address(where));
  }

  /** dx from dy and, for a maximum, x. */
  void gradient(
      GpuStream stream,
      Pool kind,
      Pooling p,
      Shape x,
      DeviceMemory dy,
      DeviceMemory from,
      DeviceMemory dx) {
    Operands.require("pooling", "dy", dy, p.output(x));
    Operands.require("pooling", "dx", dx, x);
    if (kind == Pool.AVERAGE) {
      launch(stream, gradient, p, x, x, address(dy), address(null), address(dx));
      return;
    }
    Operands.require("pooling", "x", from, x);
    long bytes = (long) p.output(x).size() * Integer.BYTES;
    try (DeviceMemory where = allocator.allocate(bytes, stream)) {
      max(stream, p, x, from, null, where);
      launch(stream, gradient, p, x, x, address(dy), address(where), address(dx));
    }
  }

  /** One thread for each element of {@code results}; the geometry follows the pointers. */
  private static void launch(
      GpuStream stream,
      GpuKernel kernel,
      Pooling p,
      Shape x,
      Shape results,
      KernelArgument... pointers) {
    Shape y = p.output(x);
    var arguments = new ArrayList<>(List.of(pointers));
    arguments.addAll(
        List.of(
            number(results.size()),
            number(x.dim(2)),
            number(x.dim(3)),
            number(y.dim(2)),
            number(y.dim(3)),
            number(p.kernel()),
            number(p.stride()),
            number(p.padding())));
    stream.launch(kernel, Grid.covering(results.size(), THREADS), 0, arguments);
  }

  @Override
  public void close() {
    module.close();
  }
}
