package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.kernels.cuda.DnnProvider.ProductShapes;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Launch;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GemmKernelsTest {
  /** How long a range of k is where there are several. */
  private static final int SPLIT = 512;

  /** Edges of warps, panels and slices, one more and one less; every way of lying in memory. */
  static final List<ProductShapes> CASES =
      List.of(
          ProductShapes.of(1, 1, 1),
          new ProductShapes(1, 16, 65, 17, false, false, false, false),
          new ProductShapes(1, 17, 40, 16, true, false, false, false),
          new ProductShapes(1, 33, 31, 15, false, true, false, false),
          new ProductShapes(1, 65, 64, 35, true, true, false, false),
          new ProductShapes(1, 7, 260, 5, false, true, false, false),
          new ProductShapes(1, 2, 192, 11, false, false, false, false),
          new ProductShapes(1, 48, 48, 15, true, false, false, false),
          new ProductShapes(3, 5, 9, 20, false, false, true, false),
          new ProductShapes(2, 20, 130, 3, true, false, false, true),
          new ProductShapes(1, 13, 11, 1030, false, false, false, false));

  private static Shape shapeA(ProductShapes s) {
    int batch = s.sharedA() ? 1 : s.batch();
    return s.transposedA() ? Shape.of(batch, s.k(), s.m()) : Shape.of(batch, s.m(), s.k());
  }

  private static Shape shapeB(ProductShapes s) {
    int batch = s.sharedB() ? 1 : s.batch();
    return s.transposedB() ? Shape.of(batch, s.n(), s.k()) : Shape.of(batch, s.k(), s.n());
  }

  /** Fails where the kernels and the oracle differ. */
  static void check(DnnFixture f, GemmKernels kernels, ProductShapes s) {
    Tensor a = f.numbers(shapeA(s), 1);
    Tensor b = f.numbers(shapeB(s), 2);
    Tensor product =
        (s.transposedA() ? a.transpose() : a).matmul(s.transposedB() ? b.transpose() : b);
    DeviceMemory da = f.upload(a);
    DeviceMemory db = f.upload(b);
    DeviceMemory c = f.empty(product.shape());
    f.stream.launches().clear();
    kernels.multiply(f.stream, s, da, db, c, false);
    f.assertHolds(product, c, 2e-6, s.toString());
    assertCost(f.stream.launches(), s);
    Tensor before = f.numbers(product.shape(), 3);
    DeviceMemory sum = f.upload(before);
    kernels.multiply(f.stream, s, da, db, sum, true);
    f.assertHolds(before.plus(product), sum, 2e-6, "accumulating " + s);
  }

  /** Reads what its tiles need and nothing else; multiplies in no warp that has nothing. */
  private static void assertCost(List<Launch> launches, ProductShapes s) {
    Launch first = launches.getFirst();
    Counters c = first.counters();
    if (!first.counted()) {
      return;
    }
    Tiles tiles = Tiles.of(s.m(), s.n());
    int splits = first.grid().gridY() / s.batch();
    long tilesM = Math.ceilDiv(s.m(), 16 << tiles.log2R());
    long tilesN = tiles.count() / tilesM;
    long k = s.k();
    assertEquals(
        4 * s.batch() * (tilesN * s.m() * k + tilesM * k * s.n()), c.globalBytesRead(), "read");
    assertEquals(4L * s.batch() * splits * s.m() * s.n(), c.globalBytesWritten(), "written");
    long slices = (k / SPLIT * SPLIT + Math.ceilDiv(k % SPLIT, 16) * 16) / 16;
    assertEquals(2 * s.batch() * tiles.count() * slices, c.barriers(), "barriers");
    long panels = Math.ceilDiv(s.n(), 64);
    long warps = Math.ceilDiv(s.m(), 16) * panels * s.batch();
    assertEquals(
        warps * slices * 2 * 16 * 16 * 64 + s.batch() * splits * panels * s.m() * 64,
        c.flops(),
        "flops");
    assertEquals(0, c.bankConflicts(), "bank conflicts");
  }

  private static List<EmulatorOptions> schedules() {
    return DnnFixture.schedules().toList();
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void agreesWithTheOracleAndRunsEachLine(EmulatorOptions options) {
    Map<Integer, String> missed = DnnFixture.lines("gemm");
    for (ProductShapes s : CASES) {
      try (var f = new DnnFixture(options);
          var kernels = new GemmKernels(f.driver, f.allocator)) {
        check(f, kernels, s);
        f.cover(kernels.module(), missed);
      }
    }
    assertEquals(Map.of(), missed);
  }

  @Test
  void aRowDependsOnNoOtherRow() {
    for (int k : new int[] {70, 1200}) {
      float[][] rows = new float[2][];
      for (int m : new int[] {3, 70}) {
        try (var f = new DnnFixture(EmulatorOptions.counting());
            var kernels = new GemmKernels(f.driver, f.allocator)) {
          Tensor a = f.numbers(Shape.of(m, k), 1);
          Tensor b = f.numbers(Shape.of(k, 40), 2);
          DeviceMemory c = f.empty(Shape.of(m, 40));
          kernels.multiply(
              f.stream, ProductShapes.of(m, 40, k), f.upload(a), f.upload(b), c, false);
          rows[m == 3 ? 0 : 1] = Arrays.copyOf(f.download(c), 3 * 40);
        }
      }
      assertArrayEquals(rows[0], rows[1]);
    }
  }

  /** What the head of gemm.ptx says, on a product of whole tiles: no sector is read in part. */
  static void checkSectors(DnnFixture f, GemmKernels kernels) {
    for (boolean a : new boolean[] {false, true}) {
      for (boolean b : new boolean[] {false, true}) {
        var s = new ProductShapes(1, 128, 128, 32, a, b, false, false);
        DeviceMemory da = f.upload(f.numbers(shapeA(s), 1));
        DeviceMemory db = f.upload(f.numbers(shapeB(s), 2));
        kernels.multiply(f.stream, s, da, db, f.empty(Shape.of(128, 128)), false);
        Counters c = f.stream.launches().getLast().counters();
        assertEquals(c.idealSectors(), c.globalSectors());
        assertEquals(0, c.bankConflicts());
      }
    }
  }

  @Test
  void readsWholeSectors() {
    try (var f = new DnnFixture(EmulatorOptions.counting());
        var kernels = new GemmKernels(f.driver, f.allocator)) {
      checkSectors(f, kernels);
    }
  }

  @Test
  void tooLittleMemoryIsNamed() {
    try (var f = new DnnFixture(EmulatorOptions.checked());
        var kernels = new GemmKernels(f.driver, f.allocator)) {
      DeviceMemory six = f.upload(f.numbers(Shape.of(6), 1));
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> kernels.multiply(f.stream, ProductShapes.of(2, 4, 3), six, six, six, false));
      assertEquals(
          "matmul: b has 12 elements, but its memory holds 6; allocate 48 bytes",
          refused.getMessage());
    }
  }
}
