package dev.hone.kernels.cuda;

import static dev.hone.kernels.cuda.Operands.address;
import static dev.hone.kernels.cuda.Operands.flag;
import static dev.hone.kernels.cuda.Operands.number;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.ptx.Grid;
import dev.hone.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Launches weightgradient.ptx: the gradient of a convolution's weights from patches of x. */
final class WeightGradientKernels implements AutoCloseable {
  private final GpuModule module;
  private final GpuKernel kernel;
  private final Map<ConvolutionShapes, WeightGradientTiles> tiles = new ConcurrentHashMap<>();

  WeightGradientKernels(GpuDriver driver) {
    this.module = PtxFamily.load(driver, "weightgradient");
    this.kernel = module.kernel("weight_gradient");
  }

  /** How the gradient is cut, found once for each shape. */
  WeightGradientTiles tiles(ConvolutionShapes s) {
    return tiles.computeIfAbsent(s, WeightGradientTiles::of);
  }

  /**
   * {@code out[range]} = the sums over {@code range} tiles of pixels each.
   *
   * @param ranges how many; where there is one, {@code accumulate} adds it to what out holds
   */
  void launch(
      GpuStream stream,
      WeightGradientTiles tiles,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory out,
      int range,
      int ranges,
      boolean accumulate) {
    ConvolutionShapes s = tiles.shapes();
    Shape y = s.y();
    var arguments =
        List.of(
            address(dy),
            address(x),
            address(out),
            number(s.w().dim(0)),
            number(s.x().dim(1)),
            number(y.dim(2)),
            number(y.dim(3)),
            number(s.x().dim(2)),
            number(s.x().dim(3)),
            number(s.geometry().stride()),
            number(s.geometry().dilation()),
            number(s.geometry().padding()),
            number(s.w().dim(2)),
            number(s.w().dim(3)),
            number(tiles.chunk()),
            number(tiles.pixelTiles()),
            number(range),
            number(tiles.log2R()),
            number(tiles.log2Width()),
            number(tiles.patch().pitch()),
            number(tiles.patch().plane()),
            flag(accumulate));
    stream.launch(
        kernel,
        new Grid(tiles.blocks(), ranges, 1, Tiles.THREADS, 1, 1),
        tiles.sharedBytes(),
        arguments);
  }

  GpuModule module() {
    return module;
  }

  @Override
  public void close() {
    module.close();
  }
}
