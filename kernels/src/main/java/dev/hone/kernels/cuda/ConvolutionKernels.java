package dev.hone.kernels.cuda;

import static dev.hone.kernels.cuda.Operands.address;
import static dev.hone.kernels.cuda.Operands.flag;
import static dev.hone.kernels.cuda.Operands.number;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.FusedDnnProvider.Epilogue;
import dev.hone.kernels.cuda.FusedDnnProvider.GradientEpilogue;
import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Launches convolution.ptx, whose head says how a convolution and its gradients are one kernel:
 * each is an {@link ImplicitProduct}; or where it pays, what reads patches, direct.ptx and
 * weightgradient.ptx.
 */
final class ConvolutionKernels implements AutoCloseable {
  /** What the ranges of k aim for: enough blocks for a large GPU, none of them too short. */
  private static final int WANTED_BLOCKS = 256;

  private static final int SHORTEST_CHUNK = 256;

  /** Longer sums lose digits. */
  private static final int LONGEST_CHUNK = 2048;

  private static final int MOST_PARTIALS = 16 << 20;

  private final GpuModule module;
  private final GpuModule directModule;
  private final GpuKernel kernel;
  private final GpuKernel direct;
  private final Predicate<DirectTiles> goesDirect;
  private final WeightGradientKernels weightGradient;
  private final Predicate<WeightGradientTiles> fromPatches;
  private final GemmKernels gemm;
  private final CachingAllocator allocator;

  ConvolutionKernels(GpuDriver driver, CachingAllocator allocator, GemmKernels gemm) {
    this(driver, allocator, gemm, DirectTiles::worthwhile, WeightGradientTiles::worthwhile);
  }

  /**
   * @param goesDirect which products direct.ptx computes
   * @param fromPatches which gradients of weights weightgradient.ptx computes
   */
  ConvolutionKernels(
      GpuDriver driver,
      CachingAllocator allocator,
      GemmKernels gemm,
      Predicate<DirectTiles> goesDirect,
      Predicate<WeightGradientTiles> fromPatches) {
    this.module = PtxFamily.load(driver, "convolution");
    this.directModule = PtxFamily.load(driver, "direct");
    this.kernel = module.kernel("convolution");
    this.direct = directModule.kernel("direct");
    this.goesDirect = goesDirect;
    this.weightGradient = new WeightGradientKernels(driver);
    this.fromPatches = fromPatches;
    this.gemm = gemm;
    this.allocator = allocator;
  }

  /** y = act(x conv w + bias + residual). */
  void forward(
      GpuStream stream,
      ConvolutionShapes s,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      Epilogue e) {
    requireRoom(s, x, w, y);
    Operands.require("convolution", "bias", e.bias(), s.w().dim(0));
    Operands.require("convolution", "residual", e.residual(), s.y());
    var finish = new Finish(e.bias(), e.residual(), null, e.relu());
    compute(stream, ImplicitProduct.forward(s), w, x, y, finish);
  }

  /** dx = dy conv^T w + added, and 0 unless positive &gt; 0. */
  void inputGradient(
      GpuStream stream,
      ConvolutionShapes s,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      GradientEpilogue e) {
    requireRoom(s, dx, w, dy);
    Operands.require("convolution", "added", e.added(), s.x());
    Operands.require("convolution", "positive", e.positive(), s.x());
    var finish = new Finish(null, e.added(), e.positive(), false);
    for (ImplicitProduct phase : ImplicitProduct.inputGradient(s)) {
      compute(stream, phase, w, dy, dx, finish);
    }
  }

  /** dw from dy and x, added to what dw holds if {@code accumulate}. */
  void weightGradient(
      GpuStream stream,
      ConvolutionShapes s,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory dw,
      boolean accumulate) {
    requireRoom(s, x, dw, dy);
    WeightGradientTiles tiles = weightGradient.tiles(s);
    if (fromPatches.test(tiles)) {
      int range = range(tiles);
      int ranges = Math.ceilDiv(tiles.pixelTiles(), range);
      inRanges(
          stream,
          dw,
          ranges,
          accumulate,
          (out, adds) -> weightGradient.launch(stream, tiles, dy, x, out, range, ranges, adds));
      return;
    }
    ImplicitProduct p = ImplicitProduct.weightGradient(s);
    int splits = splits(p, s.w().size());
    inRanges(
        stream,
        dw,
        splits,
        accumulate,
        (out, adds) -> {
          var finish = new Finish(null, adds ? out : null, null, false);
          launch(stream, p, dy, x, out, finish, splits);
        });
  }

  /** Computes the sums of all ranges into {@code out}, or adds the one range's to what it holds. */
  private interface Sums {
    void into(DeviceMemory out, boolean adds);
  }

  /** dw from one range's sums, or from those of several, which go in a fixed order. */
  private void inRanges(
      GpuStream stream, DeviceMemory dw, int ranges, boolean accumulate, Sums sums) {
    if (ranges == 1) {
      sums.into(dw, accumulate);
      return;
    }
    int size = (int) (dw.bytes() / Float.BYTES);
    try (DeviceMemory partials = allocator.allocate(ranges * dw.bytes(), stream)) {
      sums.into(partials, false);
      gemm.sumPartials(stream, dw, partials, size, ranges, accumulate);
    }
  }

  /** How many tiles of pixels a block sums: of the shapes alone, too. */
  private static int range(WeightGradientTiles tiles) {
    int pixels = WeightGradientTiles.PIXELS;
    long wanted = Math.ceilDiv((long) tiles.pixelTiles() * tiles.blocks(), (long) WANTED_BLOCKS);
    long range = Math.clamp(wanted, SHORTEST_CHUNK / pixels, LONGEST_CHUNK / pixels);
    int most = Math.max(1, MOST_PARTIALS / Math.max(1, tiles.shapes().w().size()));
    return (int) Math.max(range, Math.ceilDiv(tiles.pixelTiles(), most));
  }

  private static void requireRoom(
      ConvolutionShapes s, DeviceMemory x, DeviceMemory w, DeviceMemory y) {
    Operands.require("convolution", "x", x, s.x());
    Operands.require("convolution", "w", w, s.w());
    Operands.require("convolution", "y", y, s.y());
  }

  /** Of the shapes alone, so that the same sums come out of every device. */
  static int splits(ImplicitProduct p, int size) {
    long blocks = Tiles.of(p.rows(), p.columns().count()).count();
    long wanted = Math.ceilDiv(p.k().count() * blocks, (long) WANTED_BLOCKS);
    long chunk = Math.clamp(wanted, SHORTEST_CHUNK, LONGEST_CHUNK);
    int most = Math.max(1, MOST_PARTIALS / Math.max(1, size));
    return (int) Math.clamp(Math.ceilDiv(p.k().count(), chunk), 1, most);
  }

  /** What follows the sums; see the kernel. */
  private record Finish(
      @Nullable DeviceMemory bias,
      @Nullable DeviceMemory added,
      @Nullable DeviceMemory positive,
      boolean relu) {
    static final Finish NOTHING = new Finish(null, null, null, false);
  }

  private void compute(
      GpuStream stream,
      ImplicitProduct p,
      DeviceMemory a,
      DeviceMemory source,
      DeviceMemory out,
      Finish finish) {
    DirectTiles tiles = DirectTiles.of(p);
    if (goesDirect.test(tiles)) {
      launchDirect(stream, tiles, a, source, out, finish);
    } else {
      launch(stream, p, a, source, out, finish, 1);
    }
  }

  private void launchDirect(
      GpuStream stream,
      DirectTiles tiles,
      DeviceMemory a,
      DeviceMemory source,
      DeviceMemory out,
      Finish finish) {
    ImplicitProduct p = tiles.product();
    ImplicitProduct.Digits c = p.columns();
    ImplicitProduct.Digits k = p.k();
    var arguments = pointers(p, a, source, out, finish);
    arguments.addAll(
        List.of(
            number(p.rows()),
            number(c.middle()),
            number(c.low()),
            number(p.height()),
            number(p.width()),
            number(c.image()),
            number(c.rowStep()),
            number(c.columnStep()),
            number(p.row0()),
            number(p.column0()),
            number(c.place0()),
            number(c.place1()),
            number(c.place2()),
            number(p.outRow()),
            number(k.count()),
            number(k.middle()),
            number(k.low()),
            number(k.image()),
            number(k.rowStep()),
            number(k.columnStep()),
            number(k.place0()),
            number(k.place1()),
            number(k.place2()),
            number(p.aRow()),
            number(tiles.slice()),
            number(tiles.patchRows()),
            number(tiles.patchColumns()),
            number(tiles.pitch()),
            number(tiles.log2R()),
            number(tiles.log2Width()),
            flag(finish.relu())));
    stream.launch(direct, Grid.of(tiles.count(), Tiles.THREADS), tiles.sharedBytes(), arguments);
  }

  private static List<KernelArgument> pointers(
      ImplicitProduct p, DeviceMemory a, DeviceMemory source, DeviceMemory out, Finish finish) {
    return new ArrayList<>(
        List.of(
            address(a, p.aStart()),
            address(source),
            address(out, p.outStart()),
            address(finish.bias()),
            finish.added() == null ? address(null) : address(finish.added(), p.outStart()),
            finish.positive() == null ? address(null) : address(finish.positive(), p.outStart())));
  }

  private void launch(
      GpuStream stream,
      ImplicitProduct p,
      DeviceMemory a,
      DeviceMemory source,
      DeviceMemory out,
      Finish finish,
      int splits) {
    ImplicitProduct.Digits c = p.columns();
    ImplicitProduct.Digits k = p.k();
    Tiles tiles = Tiles.of(p.rows(), c.count());
    int chunk = Math.ceilDiv(Math.ceilDiv(k.count(), splits), Tiles.SLICE) * Tiles.SLICE;
    var arguments = pointers(p, a, source, out, finish);
    arguments.addAll(
        List.of(
            number(p.rows()),
            number(c.count()),
            number(k.count()),
            number(p.height()),
            number(p.width()),
            number(c.middle()),
            number(c.low()),
            number(c.image()),
            number(c.rowStep()),
            number(c.columnStep()),
            number(p.row0()),
            number(p.column0()),
            number(c.place0()),
            number(c.place1()),
            number(c.place2()),
            number(p.outRow()),
            number(splits == 1 ? 0 : Math.multiplyExact(p.rows(), p.outRow())),
            number(k.middle()),
            number(k.low()),
            number(k.image()),
            number(k.rowStep()),
            number(k.columnStep()),
            number(k.place0()),
            number(k.place1()),
            number(k.place2()),
            number(p.aRow()),
            number(chunk),
            number(tiles.log2R()),
            flag(p.byK()),
            flag(finish.relu())));
    stream.launch(
        kernel,
        new Grid(tiles.count(), splits, 1, Tiles.THREADS, 1, 1),
        tiles.panelAndTableBytes(),
        arguments);
  }

  /** The loaded families, for what was covered of them. */
  List<GpuModule> modules() {
    return List.of(module, weightGradient.module(), directModule);
  }

  @Override
  public void close() {
    module.close();
    weightGradient.close();
    directModule.close();
  }
}
