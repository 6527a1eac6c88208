package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.Launch;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import java.util.List;

/** What launches of convolutions should cost, by the tiles that they are cut into. */
final class ConvolutionCosts {
  private ConvolutionCosts() {}

  /**
   * What the launches since the last call did. They read what their tiles need and nothing else,
   * and multiply in no warp that has nothing.
   *
   * @param fused whether a bias and a residual are read as well
   */
  static void assertCost(DnnFixture f, List<ImplicitProduct> products, boolean fused) {
    List<Launch> launches = List.copyOf(f.stream.launches());
    f.stream.launches().clear();
    for (int i = 0; i < products.size() && launches.getFirst().counted(); i++) {
      ImplicitProduct p = products.get(i);
      Counters c = launches.get(i).counters();
      if (launches.get(i).entry().name().equals("direct")) {
        assertDirectCost(c, DirectTiles.of(p), fused);
        continue;
      }
      long columns = p.columns().count();
      long k = p.k().count();
      long splits = launches.get(i).grid().gridY();
      Tiles tiles = Tiles.of(p.rows(), (int) columns);
      long tilesM = Math.ceilDiv(p.rows(), 16 << tiles.log2R());
      long tilesN = tiles.count() / tilesM;
      long panels = Math.ceilDiv(columns, 64L);
      long read = tilesM * elements(p) + tilesN * p.rows() * k;
      long finish = fused ? p.rows() * (columns + 16 * panels) : 0;
      assertEquals(4 * (read + finish), c.globalBytesRead(), () -> "read by " + p);
      assertEquals(4 * splits * p.rows() * columns, c.globalBytesWritten(), "written");
      long slices = Math.max(splits, Math.ceilDiv(k, 16L));
      assertEquals(2 * slices * tiles.count(), c.barriers(), "barriers");
      long warps = Math.ceilDiv(p.rows(), 16) * panels;
      assertEquals(
          warps * slices * 2 * 16 * 16 * 64 + splits * panels * p.rows() * 64 * 2,
          c.flops(),
          "flops");
      assertEquals(0, c.bankConflicts(), "bank conflicts");
    }
  }

  private static void assertDirectCost(Counters c, DirectTiles tiles, boolean fused) {
    ImplicitProduct p = tiles.product();
    int width = 1 << tiles.log2Width();
    long rowTiles = Math.ceilDiv(p.rows(), 16 << tiles.log2R());
    int taps = p.k().middle() * p.k().low();
    long read = tiles.count() / rowTiles * p.rows() * p.k().count();
    long patches = 0;
    for (int row = 0; row < p.columns().middle(); row += tiles.height()) {
      for (int column = 0; column < p.columns().low(); column += width) {
        patches +=
            inside(
                    p.row0() + row * p.columns().rowStep(),
                    p.k().middle() - 1,
                    p.k().rowStep(),
                    tiles.patchRows(),
                    p.height())
                * inside(
                    p.column0() + column * p.columns().columnStep(),
                    p.k().low() - 1,
                    p.k().columnStep(),
                    tiles.patchColumns(),
                    p.width());
      }
    }
    read += rowTiles * tiles.images() * (p.k().count() / taps) * patches;
    long columns = p.columns().count();
    long panels =
        (long) tiles.images()
            * Math.ceilDiv(p.columns().low(), width)
            * Math.ceilDiv(p.columns().middle(), 64 / width);
    long finish = fused ? p.rows() * (columns + 16 * panels) : 0;
    assertEquals(4 * (read + finish), c.globalBytesRead(), () -> "read by " + p);
    assertEquals(4L * p.rows() * columns, c.globalBytesWritten(), "written");
    long slices = Math.ceilDiv(p.k().count(), tiles.slice());
    assertEquals(2 * slices * tiles.count(), c.barriers(), "barriers");
    long warps = Math.ceilDiv(p.rows(), 16) * panels;
    long multiplied = warps * p.k().count() * 2 * 16 * 64;
    assertEquals(multiplied + panels * p.rows() * 64 * 2, c.flops(), "flops");
    int step = p.columns().columnStep();
    if (step < 4) {
      // Rows that are padded for the reads conflict where a warp stores two of them.
      long most = step == 1 ? 0 : c.sharedAccesses() / 8;
      assertTrue(c.bankConflicts() <= most, () -> "bank conflicts: " + c);
    }
  }

  /**
   * Each tile of pixels reads its dy once per chunk of channels and its patch once per 16 R rows.
   */
  static void assertWeightGradientCost(DnnFixture f, WeightGradientTiles tiles) {
    Launch launch = f.stream.launches().getFirst();
    f.stream.launches().clear();
    if (!launch.counted()) {
      return;
    }
    ConvolutionShapes s = tiles.shapes();
    Shape y = s.y();
    Convolution g = s.geometry();
    int width = 1 << tiles.log2Width();
    int height = 64 >> tiles.log2Width();
    long patches = 0;
    for (int p = 0; p < y.dim(2); p += height) {
      for (int q = 0; q < y.dim(3); q += width) {
        int down = Math.min(height, y.dim(2) - p) - 1;
        int across = Math.min(width, y.dim(3) - q) - 1;
        int rows = down * g.stride() + (s.w().dim(2) - 1) * g.dilation() + 1;
        int columns = across * g.stride() + (s.w().dim(3) - 1) * g.dilation() + 1;
        patches +=
            inside(p * g.stride() - g.padding(), 0, 0, rows, s.x().dim(2))
                * inside(q * g.stride() - g.padding(), 0, 0, columns, s.x().dim(3));
      }
    }
    int rows = s.w().dim(0);
    int channels = s.x().dim(1);
    int taps = s.w().dim(2) * s.w().dim(3);
    long chunks = Math.ceilDiv(channels, tiles.chunk());
    long rowTiles = Math.ceilDiv(rows, 16 << tiles.log2R());
    long read = chunks * y.size() + rowTiles * y.dim(0) * channels * patches;
    long ranges = launch.grid().gridY();
    Counters c = launch.counters();
    assertEquals(4 * read, c.globalBytesRead(), () -> "read by " + tiles);
    assertEquals(4 * ranges * s.w().size(), c.globalBytesWritten(), "written");
    assertEquals(2L * tiles.blocks() * tiles.pixelTiles(), c.barriers(), "barriers");
    long panels = 0;
    for (int first = 0; first < channels; first += tiles.chunk()) {
      panels += Math.ceilDiv(Math.min(tiles.chunk(), channels - first) * taps, 64);
    }
    long pixels = (long) y.size() / rows;
    assertEquals(
        Math.ceilDiv(rows, 16) * panels * pixels * 2 * 16 * 64 + ranges * panels * rows * 64,
        c.flops(),
        "flops");
    if (g.stride() == 1 && s.w().dim(3) == 3) {
      // None from reads; a few where a warp fills the end of a row or plane and the next one's
      // begin.
      assertTrue(c.bankConflicts() <= c.sharedAccesses() / 8, () -> "bank conflicts: " + c);
    }
  }

  /** How much of a patch's rows or columns lies in the image. */
  private static long inside(int first, int lastTap, int tapStep, int patch, int extent) {
    int begin = first + Math.min(0, lastTap * tapStep);
    return Math.max(0, Math.min(begin + patch, extent) - Math.max(begin, 0));
  }

  /** How many pairs of a column and a k meet within the image. */
  private static long elements(ImplicitProduct p) {
    ImplicitProduct.Digits c = p.columns();
    ImplicitProduct.Digits k = p.k();
    long elements = 0;
    for (int column = 0; column < c.count(); column++) {
      for (int n = 0; n < k.count(); n++) {
        int h = p.row0() + digit1(c, column) * c.rowStep() + digit1(k, n) * k.rowStep();
        int v = p.column0() + digit2(c, column) * c.columnStep() + digit2(k, n) * k.columnStep();
        elements += h >= 0 && h < p.height() && v >= 0 && v < p.width() ? 1 : 0;
      }
    }
    return elements;
  }

  private static int digit1(ImplicitProduct.Digits d, int number) {
    return number / d.low() % d.middle();
  }

  private static int digit2(ImplicitProduct.Digits d, int number) {
    return number % d.low();
  }
}
