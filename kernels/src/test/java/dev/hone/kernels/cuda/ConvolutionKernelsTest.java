package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.FusedDnnProvider.Epilogue;
import dev.hone.kernels.cuda.FusedDnnProvider.GradientEpilogue;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Launch;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionKernelsTest {
  /** Odd sizes, 1 to 4 as strides and dilations, kernels that some pixels never meet. */
  static final List<ConvolutionShapes> CASES =
      List.of(
          shapes(Shape.of(2, 3, 7, 6), Shape.of(5, 3, 3, 3), new Convolution(1, 1)),
          shapes(Shape.of(1, 5, 9, 8), Shape.of(17, 5, 3, 3), new Convolution(2, 1)),
          shapes(Shape.of(2, 2, 8, 7), Shape.of(35, 2, 2, 3), new Convolution(1, 2, 3)),
          shapes(Shape.of(1, 18, 7, 5), Shape.of(3, 18, 1, 1), new Convolution(3, 0)),
          shapes(Shape.of(1, 2, 11, 9), Shape.of(2, 2, 3, 2), new Convolution(4, 1, 2)),
          shapes(Shape.of(1, 1, 1, 1), Shape.of(1, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 1, 8, 16), Shape.of(64, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 67, 2, 2), Shape.of(66, 67, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 1, 4, 10), Shape.of(48, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 1, 8, 24), Shape.of(2, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 1, 13, 12), Shape.of(1, 1, 12, 11), new Convolution(1, 0)),
          shapes(Shape.of(2, 1, 17, 18), Shape.of(2, 1, 3, 3), new Convolution(1, 1)),
          shapes(Shape.of(2, 1, 8, 8), Shape.of(33, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 1, 5, 13), Shape.of(2, 1, 1, 1), new Convolution(1, 0)));

  private static ConvolutionShapes shapes(Shape x, Shape w, Convolution c) {
    return new ConvolutionShapes(x, w, c);
  }

  static void checkForward(DnnFixture f, ConvolutionKernels kernels, ConvolutionShapes s) {
    Tensor x = f.numbers(s.x(), 1);
    Tensor w = f.numbers(s.w(), 2);
    Tensor bias = f.numbers(Shape.of(s.w().dim(0)), 3);
    Tensor residual = f.numbers(s.y(), 4);
    DeviceMemory dx = f.upload(x);
    DeviceMemory dw = f.upload(w);
    DeviceMemory y = f.empty(s.y());
    f.stream.launches().clear();
    kernels.forward(f.stream, s, dx, dw, y, Epilogue.NONE);
    f.assertHolds(x.convolution(w, s.geometry()), y, 2e-6, s.toString());
    assertCost(f, List.of(ImplicitProduct.forward(s)), false);
    DeviceMemory inPlace = f.upload(residual);
    var all = new Epilogue(f.upload(bias), inPlace, true);
    kernels.forward(f.stream, s, dx, dw, inPlace, all);
    Tensor fused = f.oracle.convolution(x, w, bias, residual, true, s.geometry());
    f.assertHolds(fused, inPlace, 2e-6, "fused " + s);
    assertCost(f, List.of(ImplicitProduct.forward(s)), true);
  }

  static void checkInputGradient(DnnFixture f, ConvolutionKernels kernels, ConvolutionShapes s) {
    Tensor dy = f.numbers(s.y(), 1);
    Tensor w = f.numbers(s.w(), 2);
    Tensor added = f.numbers(s.x(), 3);
    Tensor positive = f.numbers(s.x(), 4).relu();
    DeviceMemory ddy = f.upload(dy);
    DeviceMemory dw = f.upload(w);
    DeviceMemory dx = f.empty(s.x());
    f.stream.launches().clear();
    kernels.inputGradient(f.stream, s, ddy, dw, dx, GradientEpilogue.NONE);
    Tensor plain = f.oracle.convolutionInputGradient(dy, w, s.x(), s.geometry(), null, null);
    f.assertHolds(plain, dx, 2e-6, "dx of " + s);
    assertCost(f, ImplicitProduct.inputGradient(s), false);
    var all = new GradientEpilogue(f.upload(added), f.upload(positive));
    kernels.inputGradient(f.stream, s, ddy, dw, dx, all);
    Tensor fused = f.oracle.convolutionInputGradient(dy, w, s.x(), s.geometry(), added, positive);
    f.assertHolds(fused, dx, 2e-6, "fused dx of " + s);
  }

  static void checkWeightGradient(DnnFixture f, ConvolutionKernels kernels, ConvolutionShapes s) {
    Tensor dy = f.numbers(s.y(), 1);
    Tensor x = f.numbers(s.x(), 2);
    Tensor before = f.numbers(s.w(), 3);
    Tensor expected = f.oracle.convolutionWeightGradient(dy, x, s.w(), s.geometry());
    DeviceMemory ddy = f.upload(dy);
    DeviceMemory dx = f.upload(x);
    DeviceMemory dw = f.empty(s.w());
    f.stream.launches().clear();
    kernels.weightGradient(f.stream, s, ddy, dx, dw, false);
    f.assertHolds(expected, dw, 2e-6, "dw of " + s);
    assertCost(f, List.of(ImplicitProduct.weightGradient(s)), false);
    DeviceMemory sum = f.upload(before);
    kernels.weightGradient(f.stream, s, ddy, dx, sum, true);
    f.assertHolds(before.plus(expected), sum, 2e-6, "accumulated dw of " + s);
  }

  /**
   * What the launches since the last call did. They read what their tiles need and nothing else,
   * and multiply in no warp that has nothing.
   *
   * @param fused whether a bias and a residual are read as well
   */
  private static void assertCost(DnnFixture f, List<ImplicitProduct> products, boolean fused) {
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

  private static List<EmulatorOptions> schedules() {
    return DnnFixture.schedules().toList();
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void agreesWithTheOracleAndRunsEachLine(EmulatorOptions options) {
    Map<Integer, String> missed = DnnFixture.lines("convolution");
    for (ConvolutionShapes s : CASES) {
      try (var f = new DnnFixture(options);
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false)) {
        checkForward(f, kernels, s);
        checkInputGradient(f, kernels, s);
        checkWeightGradient(f, kernels, s);
        f.cover(kernels.modules().getFirst(), missed);
      }
    }
    assertEquals(Map.of(), missed);
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void soItDoesFromPatches(EmulatorOptions options) {
    Map<Integer, String> missed = DnnFixture.lines("direct");
    for (ConvolutionShapes s : CASES) {
      try (var f = new DnnFixture(options);
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels =
              new ConvolutionKernels(f.driver, f.allocator, gemm, DirectTiles::possible)) {
        checkForward(f, kernels, s);
        checkInputGradient(f, kernels, s);
        f.cover(kernels.modules().getLast(), missed);
      }
    }
    assertEquals(Map.of(), missed);
  }

  /** So whoever chooses between the two decides on the speed alone. */
  @Test
  void bothGiveTheSameBits() {
    for (ConvolutionShapes s : CASES) {
      float[][] y = new float[2][];
      for (int i = 0; i < 2; i++) {
        int which = i;
        try (var f = new DnnFixture(EmulatorOptions.fast());
            var gemm = new GemmKernels(f.driver, f.allocator);
            var kernels =
                new ConvolutionKernels(
                    f.driver, f.allocator, gemm, t -> which == 1 && t.possible())) {
          DeviceMemory out = f.empty(s.y());
          DeviceMemory x = f.upload(f.numbers(s.x(), 1));
          DeviceMemory w = f.upload(f.numbers(s.w(), 2));
          kernels.forward(f.stream, s, x, w, out, Epilogue.NONE);
          y[i] = f.download(out);
        }
      }
      assertArrayEquals(y[0], y[1], s.toString());
    }
  }

  @Test
  void nanIsNotRectified() {
    try (var f = new DnnFixture(EmulatorOptions.checked());
        var gemm = new GemmKernels(f.driver, f.allocator);
        var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm)) {
      Shape one = Shape.of(1, 1, 1, 1);
      DeviceMemory nan = f.upload(Tensor.of(f.oracle, one, Float.NaN));
      DeviceMemory w = f.upload(Tensor.of(f.oracle, one, 1f));
      DeviceMemory y = f.empty(one);
      var s = new ConvolutionShapes(one, one, new Convolution(1, 0));
      kernels.forward(f.stream, s, nan, w, y, new Epilogue(null, null, true));
      assertTrue(Float.isNaN(f.download(y)[0]));
    }
  }

  /** What the head of convolution.ptx says, of shapes that ResNet-20 has. */
  static void checkSectors(DnnFixture f, ConvolutionKernels kernels) {
    for (int channels : new int[] {16, 64}) {
      int side = 512 / channels;
      var s =
          shapes(
              Shape.of(1, channels, side, side),
              Shape.of(channels, channels, 3, 3),
              new Convolution(1, 1));
      DeviceMemory x = f.upload(f.numbers(s.x(), 1));
      DeviceMemory w = f.upload(f.numbers(s.w(), 2));
      DeviceMemory y = f.empty(s.y());
      f.stream.launches().clear();
      kernels.forward(f.stream, s, x, w, y, Epilogue.NONE);
      kernels.inputGradient(f.stream, s, y, w, x, GradientEpilogue.NONE);
      kernels.weightGradient(f.stream, s, y, x, w, false);
      Counters forward = f.stream.launches().getFirst().counters();
      assertEquals(forward.idealSectors(), forward.globalSectors());
      // The gradients' rows of w and shifted rows of x begin within sectors.
      for (Launch l : f.stream.launches()) {
        assertTrue(l.counters().globalSectors() < 1.6 * l.counters().idealSectors(), l::toString);
      }
    }
  }

  @Test
  void readsWholeSectors() {
    try (var f = new DnnFixture(EmulatorOptions.counting());
        var gemm = new GemmKernels(f.driver, f.allocator);
        var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false)) {
      checkSectors(f, kernels);
    }
  }

  /** A 3 x 3 convolution of ResNet-20's moves less than 2.5 times the bytes of x, w and y. */
  @Test
  void patchesReadEachPixelAboutOnce() {
    for (int channels : new int[] {16, 32, 64}) {
      int side = 512 / channels;
      var s =
          shapes(
              Shape.of(1, channels, side, side),
              Shape.of(channels, channels, 3, 3),
              new Convolution(1, 1));
      try (var f = new DnnFixture(EmulatorOptions.counting());
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm)) {
        DeviceMemory x = f.upload(f.numbers(s.x(), 1));
        DeviceMemory w = f.upload(f.numbers(s.w(), 2));
        kernels.forward(f.stream, s, x, w, f.empty(s.y()), Epilogue.NONE);
        Launch launch = f.stream.launches().getFirst();
        assertEquals("direct", launch.entry().name());
        Counters c = launch.counters();
        long least = 4L * (s.x().size() + s.y().size());
        long weights = 4L * s.w().size() * launch.grid().blocks();
        long moved = c.globalBytesRead() - weights + c.globalBytesWritten();
        assertTrue(moved < 1.4 * least, () -> moved + " bytes instead of " + least);
        assertTrue(c.globalSectors() < 1.8 * c.idealSectors(), c::toString);
      }
    }
  }
}
