package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolingKernelsTest {
  /** A window and what it goes over: side by side, overlapping, apart, padded, the whole image. */
  record Case(Shape x, Pooling p) {}

  static final List<Case> CASES =
      List.of(
          new Case(Shape.of(2, 3, 7, 6), new Pooling(2)),
          new Case(Shape.of(1, 5, 9, 8), new Pooling(3, 2, 1)),
          new Case(Shape.of(2, 2, 7, 10), new Pooling(2, 3, 1)),
          new Case(Shape.of(2, 6, 5, 5), new Pooling(3, 1, 1)),
          new Case(Shape.of(3, 6, 7, 7), new Pooling(7)),
          new Case(Shape.of(1, 1, 1, 1), new Pooling(1)));

  static void check(DnnFixture f, PoolingKernels kernels, Case k) {
    Shape out = k.p().output(k.x());
    Tensor x = f.numbers(k.x(), 1);
    Tensor dy = f.numbers(out, 2);
    DeviceMemory dx = f.upload(x);
    DeviceMemory ddy = f.upload(dy);
    DeviceMemory y = f.empty(out);
    kernels.pool(f.stream, Pool.AVERAGE, k.p(), k.x(), dx, y);
    f.assertHolds(f.oracle.averagePool(x, k.p()), y, 5e-7, "average of " + k);
    kernels.pool(f.stream, Pool.MAX, k.p(), k.x(), dx, y);
    f.assertHolds(f.oracle.maxPool(x, k.p()), y, 0, "maximum of " + k);
    DeviceMemory gradient = f.empty(k.x());
    kernels.gradient(f.stream, Pool.AVERAGE, k.p(), k.x(), ddy, dx, gradient);
    f.assertHolds(
        f.oracle.averagePoolGradient(dy, k.x(), k.p()), gradient, 5e-7, "average's dx of " + k);
    kernels.gradient(f.stream, Pool.MAX, k.p(), k.x(), ddy, dx, gradient);
    f.assertHolds(f.oracle.maxPoolGradient(dy, x, k.p()), gradient, 5e-7, "maximum's dx of " + k);
  }

  private static List<EmulatorOptions> schedules() {
    return DnnFixture.schedules().toList();
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void agreesWithTheOracleAndRunsEachLine(EmulatorOptions options) {
    Map<Integer, String> missed = DnnFixture.lines("pooling");
    for (Case k : CASES) {
      try (var f = new DnnFixture(options);
          var kernels = new PoolingKernels(f.driver, f.allocator)) {
        check(f, kernels, k);
        f.cover(kernels.module(), missed);
      }
    }
    assertEquals(Map.of(), missed);
  }

  /** Ties go to the first; NaN wins over all in y, and takes the gradient where it comes first. */
  @Test
  void tiesAndNan() {
    try (var f = new DnnFixture(EmulatorOptions.checked());
        var kernels = new PoolingKernels(f.driver, f.allocator)) {
      checkTiesAndNan(f, kernels);
    }
  }

  static void checkTiesAndNan(DnnFixture f, PoolingKernels kernels) {
    float nan = Float.NaN;
    Shape shape = Shape.of(4, 1, 2, 2);
    var p = new Pooling(2);
    float[] x = {1, 3, 3, 3, nan, 1, 2, 3, 1, 3, nan, 2, -1, -2, -0.5f, -0.5f};
    DeviceMemory dx = f.upload(Tensor.of(f.oracle, shape, x));
    DeviceMemory y = f.empty(Shape.of(4, 1, 1, 1));
    kernels.pool(f.stream, Pool.MAX, p, shape, dx, y);
    assertArrayEquals(new float[] {3, nan, nan, -0.5f}, f.download(y));
    Tensor dy = Tensor.of(f.oracle, Shape.of(4, 1, 1, 1), 5, 6, 7, 8);
    DeviceMemory gradient = f.empty(shape);
    kernels.gradient(f.stream, Pool.MAX, p, shape, f.upload(dy), dx, gradient);
    assertArrayEquals(
        new float[] {0, 5, 0, 0, 6, 0, 0, 0, 0, 7, 0, 0, 0, 0, 8, 0}, f.download(gradient));
  }

  @Test
  void wholeImagesAreReadOnceInWholeSectors() {
    try (var f = new DnnFixture(EmulatorOptions.counting());
        var kernels = new PoolingKernels(f.driver, f.allocator)) {
      Shape x = Shape.of(2, 16, 8, 8);
      DeviceMemory y = f.empty(Shape.of(2, 16, 1, 1));
      kernels.pool(f.stream, Pool.AVERAGE, new Pooling(8), x, f.upload(f.numbers(x, 1)), y);
      Counters c = f.stream.launches().getLast().counters();
      assertEquals(4L * x.size(), c.globalBytesRead());
      assertEquals(c.idealSectors(), c.globalSectors());
    }
  }
}
