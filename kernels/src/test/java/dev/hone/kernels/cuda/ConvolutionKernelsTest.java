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
          shapes(Shape.of(1, 1, 5, 13), Shape.of(2, 1, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 50, 1, 2), Shape.of(1, 50, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 64, 2, 1), Shape.of(1, 64, 1, 1), new Convolution(1, 0)),
          shapes(Shape.of(1, 29, 3, 3), Shape.of(16, 29, 3, 3), new Convolution(1, 1)));

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
    ConvolutionCosts.assertCost(f, List.of(ImplicitProduct.forward(s)), false);
    DeviceMemory inPlace = f.upload(residual);
    var all = new Epilogue(f.upload(bias), inPlace, true);
    kernels.forward(f.stream, s, dx, dw, inPlace, all);
    Tensor fused = f.oracle.convolution(x, w, bias, residual, true, s.geometry());
    f.assertHolds(fused, inPlace, 2e-6, "fused " + s);
    ConvolutionCosts.assertCost(f, List.of(ImplicitProduct.forward(s)), true);
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
    ConvolutionCosts.assertCost(f, ImplicitProduct.inputGradient(s), false);
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
    if (f.stream.launches().getFirst().entry().name().equals("weight_gradient")) {
      ConvolutionCosts.assertWeightGradientCost(f, WeightGradientTiles.of(s));
    } else {
      ConvolutionCosts.assertCost(f, List.of(ImplicitProduct.weightGradient(s)), false);
    }
    DeviceMemory sum = f.upload(before);
    kernels.weightGradient(f.stream, s, ddy, dx, sum, true);
    f.assertHolds(before.plus(expected), sum, 2e-6, "accumulated dw of " + s);
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
          var kernels =
              new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false, _ -> false)) {
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
    Map<Integer, String> gradientMissed = DnnFixture.lines("weightgradient");
    for (ConvolutionShapes s : CASES) {
      try (var f = new DnnFixture(options);
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels =
              new ConvolutionKernels(
                  f.driver,
                  f.allocator,
                  gemm,
                  DirectTiles::possible,
                  WeightGradientTiles::possible)) {
        checkForward(f, kernels, s);
        checkInputGradient(f, kernels, s);
        checkWeightGradient(f, kernels, s);
        f.cover(kernels.modules().getLast(), missed);
        f.cover(kernels.modules().get(1), gradientMissed);
      }
    }
    assertEquals(Map.of(), missed);
    assertEquals(Map.of(), gradientMissed);
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
                    f.driver, f.allocator, gemm, t -> which == 1 && t.possible(), _ -> false)) {
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
        var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false, _ -> false)) {
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
        f.stream.launches().clear();
        kernels.weightGradient(f.stream, s, x, x, f.empty(s.w()), false);
        Launch gradient = f.stream.launches().getFirst();
        assertEquals("weight_gradient", gradient.entry().name());
        long read = gradient.counters().globalBytesRead();
        assertTrue(read <= 3.5 * least, () -> read + " bytes instead of " + least);
        assertTrue(gradient.counters().bankConflicts() * 20 < gradient.counters().sharedAccesses());
      }
    }
  }
}
