package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.ImagesTest.lanes;
import static dev.hone.kernels.cpu.ImagesTest.plain;
import static dev.hone.kernels.cpu.ImagesTest.random;
import static dev.hone.kernels.cpu.ImagesTest.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.hone.kernels.cpu.ImagesTest.Case;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A convolution with its epilogue gives the bits of the convolution (with the bias, where the
 * direct sums start) followed by the single ops, at every lane count and with NaN in the padding
 * lanes.
 */
class EpilogueTest {
  /** Winograd with whole and ragged blocks of tiles, every image border, and the direct ways. */
  private static final List<Case> CASES =
      List.of(
          new Case(3, 16, 32, 32, 16, 3, 3, new Convolution(1, 1)),
          new Case(17, 48, 8, 8, 20, 3, 3, new Convolution(1, 1)),
          new Case(2, 18, 12, 12, 32, 3, 3, new Convolution(1, 1)),
          new Case(1, 16, 4, 20, 16, 3, 3, new Convolution(1, 1)),
          new Case(5, 3, 9, 8, 16, 3, 3, new Convolution(1, 1)),
          new Case(5, 16, 9, 10, 7, 3, 3, new Convolution(2, 1)),
          new Case(2, 4, 7, 7, 5, 3, 3, new Convolution(3, 0, 2)),
          new Case(2, 4, 5, 5, 5, 1, 1, new Convolution(3, 1)));

  static Stream<Arguments> everyCase() {
    return Stream.of(1, 4, 8, 16).flatMap(lanes -> CASES.stream().map(c -> Arguments.of(lanes, c)));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void forward(int lanes, Case c) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Tensor x = lanes(cpu, random(c.x(), 1));
    Tensor w = plain(cpu, random(c.kernel(), 2));
    Tensor residual = lanes(cpu, random(c.y(), 3));
    Tensor bias = plain(cpu, random(Shape.of(c.k()), 4));
    for (Tensor b : Arrays.asList(null, bias)) {
      Tensor sums = x.convolution(w, b, null, false, c.conv());
      for (Tensor r : Arrays.asList(null, residual)) {
        for (boolean relu : new boolean[] {false, true}) {
          Tensor y = r == null ? sums : sums.plus(r);
          y = relu ? y.relu() : y;
          float[] fused = read(cpu, x.convolution(w, b, r, relu, c.conv()));
          assertArrayEquals(
              read(cpu, y), fused, "bias " + (b != null) + " residual " + (r != null) + " " + relu);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void gradient(int lanes, Case c) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Tensor dy = lanes(cpu, random(c.y(), 1));
    Tensor w = plain(cpu, random(c.kernel(), 2));
    Tensor added = lanes(cpu, random(c.x(), 3));
    Tensor positive = lanes(cpu, random(c.x(), 4).relu());
    Tensor sums = dy.convolutionInputGradient(w, c.x(), c.conv());
    for (Tensor a : Arrays.asList(null, added)) {
      for (Tensor p : Arrays.asList(null, positive)) {
        Tensor dx = a == null ? sums : sums.plus(a);
        dx = p == null ? dx : dx.wherePositive(p);
        float[] fused = read(cpu, dy.convolutionInputGradient(w, c.x(), c.conv(), a, p));
        assertArrayEquals(
            read(cpu, dx), fused, "added " + (a != null) + " positive " + (p != null));
      }
    }
  }
}
