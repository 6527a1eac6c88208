package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider.Availability;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.reference.ReferenceBackendProvider;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Image kernels of every lane count against the oracle, with garbage in the padding lanes. */
class ImagesTest {
  private static final Backend ORACLE =
      ((Availability.Available) new ReferenceBackendProvider().probe()).backend();

  /** x, w and geometry of a convolution. */
  record Case(int n, int c, int h, int w, int k, int kh, int kw, Convolution conv) {
    Shape x() {
      return Shape.of(n, c, h, w);
    }

    Shape kernel() {
      return Shape.of(k, c, kh, kw);
    }

    Shape y() {
      return conv.output(x(), kernel());
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case(3, 16, 32, 32, 16, 3, 3, new Convolution(1, 1)),
          new Case(9, 3, 32, 32, 16, 3, 3, new Convolution(1, 1)),
          new Case(5, 16, 16, 16, 32, 3, 3, new Convolution(2, 1)),
          new Case(17, 64, 8, 8, 64, 3, 3, new Convolution(1, 1)),
          new Case(2, 32, 9, 7, 24, 3, 3, new Convolution(2, 1)),
          new Case(1, 5, 7, 11, 7, 3, 3, new Convolution(1, 1)),
          new Case(4, 16, 8, 8, 32, 1, 1, new Convolution(2, 0)),
          new Case(4, 6, 5, 5, 3, 1, 1, new Convolution(1, 0)),
          new Case(4, 3, 6, 5, 2, 1, 1, new Convolution(1, 2)),
          new Case(6, 4, 13, 10, 5, 5, 3, new Convolution(3, 2)),
          new Case(2, 2, 11, 12, 6, 3, 2, new Convolution(1, 3, 2)),
          new Case(2, 3, 17, 15, 4, 3, 4, new Convolution(2, 2, 3)),
          new Case(2, 3, 12, 12, 4, 2, 2, new Convolution(4, 0, 2)),
          new Case(3, 1, 1, 1, 1, 3, 3, new Convolution(1, 1)),
          new Case(2, 4, 8, 8, 3, 7, 7, new Convolution(2, 3)),
          new Case(2, 4, 3, 3, 3, 3, 3, new Convolution(5, 1)),
          // Winograd: one tile, a whole strip and a rest, channels in several blocks
          new Case(17, 16, 4, 4, 16, 3, 3, new Convolution(1, 1)),
          new Case(3, 16, 8, 36, 32, 3, 3, new Convolution(1, 1)),
          new Case(3, 24, 12, 8, 48, 3, 3, new Convolution(1, 1)),
          // few channels, with every border, and output channels that fill no vector
          new Case(17, 3, 5, 6, 20, 3, 3, new Convolution(1, 0)),
          new Case(3, 2, 20, 7, 33, 3, 3, new Convolution(1, 2)),
          new Case(3, 1, 6, 5, 5, 3, 3, new Convolution(1, 3)),
          // more output channels than a task of the direct weight gradient takes
          new Case(3, 11, 9, 21, 70, 3, 5, new Convolution(1, 2)),
          new Case(3, 13, 7, 40, 70, 3, 3, new Convolution(2, 1)));

  static Stream<Arguments> everyCase() {
    return Stream.of(1, 4, 8, 16).flatMap(lanes -> CASES.stream().map(c -> Arguments.of(lanes, c)));
  }

  static Tensor random(Shape s, int seed) {
    return Random.of(ORACLE, seed).normal(s);
  }

  /** t on the backend, one image per lane, with NaN before them and in the padding lanes. */
  static Tensor lanes(CpuBackend cpu, Tensor t) {
    Tensor strided = cpu.fromFloats(t.shape(), t.toFloats());
    Tensor images = cpu.images().toBatchLanes(strided);
    var layout = (Layout.BatchLanes) images.layout();
    float[] a = CpuBackend.floats(images);
    int valid = t.shape().dim(0) - (layout.groups() - 1) * layout.lanes();
    Arrays.fill(a, 0, layout.start(0), Float.NaN);
    for (int i = layout.start(layout.groups() - 1); i < a.length; i += cpu.lanes()) {
      Arrays.fill(a, i + valid, i + cpu.lanes(), Float.NaN);
    }
    return images;
  }

  static Tensor plain(CpuBackend cpu, Tensor t) {
    return cpu.fromFloats(t.shape(), t.toFloats());
  }

  static float[] read(CpuBackend cpu, Tensor t) {
    Tensor strided = t.layout() instanceof Layout.BatchLanes ? cpu.images().toStrided(t, null) : t;
    return CpuBackend.floats(strided);
  }

  private static void assertNear(String what, Tensor expected, float[] actual) {
    float[] e = expected.toFloats();
    assertEquals(e.length, actual.length, what);
    double largest = 1e-3;
    for (float v : e) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], actual[i], 2e-5 * largest, what + " [" + i + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void convolutionAndItsGradientsFollowTheOracle(int lanes, Case c) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Images images = cpu.images();
    Tensor x = random(c.x(), 1);
    Tensor w = random(c.kernel(), 2);
    Tensor dy = random(c.y(), 3);
    Tensor bias = random(Shape.of(c.k()), 4);
    assertNear(
        "y",
        ORACLE.convolution(x, w, bias, dy, true, c.conv()),
        read(
            cpu,
            images.convolution(
                lanes(cpu, x), plain(cpu, w), plain(cpu, bias), lanes(cpu, dy), true, c.conv())));
    assertNear(
        "plain y",
        ORACLE.convolution(x, w, null, null, false, c.conv()),
        read(cpu, images.convolution(plain(cpu, x), plain(cpu, w), null, null, false, c.conv())));
    assertNear(
        "dx",
        ORACLE.convolutionInputGradient(dy, w, c.x(), c.conv(), null, null),
        read(
            cpu,
            images.convolutionInputGradient(
                lanes(cpu, dy), plain(cpu, w), c.x(), c.conv(), null, null)));
    assertNear(
        "dw",
        ORACLE.convolutionWeightGradient(dy, x, c.kernel(), c.conv()),
        read(
            cpu,
            images.convolutionWeightGradient(lanes(cpu, dy), lanes(cpu, x), c.kernel(), c.conv())));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void theDirectWeightGradientFollowsTheOracle(int lanes, Case c) {
    CpuBackend cpu = new CpuBackend(2, lanes, false);
    Tensor x = random(c.x(), 1);
    Tensor dy = random(c.y(), 3);
    assertNear(
        "dw",
        ORACLE.convolutionWeightGradient(dy, x, c.kernel(), c.conv()),
        read(
            cpu,
            cpu.images()
                .convolutionWeightGradient(lanes(cpu, dy), lanes(cpu, x), c.kernel(), c.conv())));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 16})
  void permutedWeightsAreRead(int lanes) {
    CpuBackend cpu = new CpuBackend(1, lanes);
    Tensor x = random(Shape.of(2, 4, 5, 5), 1);
    Tensor w = random(Shape.of(4, 6, 3, 3), 2);
    Convolution c = new Convolution(1, 1);
    Tensor turned = plain(cpu, w).permute(1, 0, 3, 2);
    assertNear(
        "y",
        ORACLE.convolution(x, w.permute(1, 0, 3, 2), null, null, false, c),
        read(cpu, cpu.images().convolution(plain(cpu, x), turned, null, null, false, c)));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void oneAndTwoThreadsGiveTheSameBits(int lanes, Case c) {
    float[][] one = everything(new CpuBackend(1, lanes), c);
    float[][] two = everything(new CpuBackend(2, lanes), c);
    for (int i = 0; i < one.length; i++) {
      assertArrayEquals(one[i], two[i], "result " + i);
    }
  }

  private static float[][] everything(CpuBackend cpu, Case c) {
    Images images = cpu.images();
    Tensor x = lanes(cpu, random(c.x(), 1));
    Tensor w = plain(cpu, random(c.kernel(), 2));
    Tensor dy = lanes(cpu, random(c.y(), 3));
    BatchStatistics s = images.batchStatistics(x);
    Tensor ones = cpu.fromFloats(Shape.of(c.c()), filled(c.c(), 1));
    BatchNormGradient g = images.batchNormGradient(x, x, x, s, ones, 1e-5f, true, false);
    return new float[][] {
      read(cpu, images.convolution(x, w, null, null, false, c.conv())),
      read(cpu, images.convolutionInputGradient(dy, w, c.x(), c.conv(), null, null)),
      read(cpu, images.convolutionWeightGradient(dy, x, c.kernel(), c.conv())),
      read(cpu, s.mean()),
      read(cpu, s.variance()),
      read(cpu, g.dgamma()),
      read(cpu, g.dbeta())
    };
  }

  private static float[] filled(int n, float value) {
    float[] a = new float[n];
    Arrays.fill(a, value);
    return a;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 16})
  void anImagesBitsDependNeitherOnItsBatchNorItsPlace(int lanes) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Convolution c = new Convolution(1, 1);
    Tensor batch = random(Shape.of(19, 3, 9, 9), 1);
    Tensor w = plain(cpu, random(Shape.of(5, 3, 3, 3), 2));
    float[] all = read(cpu, cpu.images().convolution(plain(cpu, batch), w, null, null, true, c));
    int length = all.length / 19;
    for (int n : new int[] {0, 7, 18}) {
      Tensor alone =
          cpu.fromFloats(
              Shape.of(1, 3, 9, 9), Arrays.copyOfRange(batch.toFloats(), n * 243, (n + 1) * 243));
      assertArrayEquals(
          Arrays.copyOfRange(all, n * length, (n + 1) * length),
          read(cpu, cpu.images().convolution(alone, w, null, null, true, c)),
          "image " + n);
    }
  }

  // ---- batch norm ----

  static Stream<Arguments> normCases() {
    return Stream.of(1, 4, 8, 16)
        .flatMap(lanes ->
            Stream.of(
                    Shape.of(3, 5, 7, 6),
                    Shape.of(20, 16, 18, 17),
                    Shape.of(9, 6),
                    Shape.of(2, 3, 5),
                    Shape.of(2, 2, 2, 3, 2))
                .map(s -> Arguments.of(lanes, s)));
  }

  private static Tensor onCpu(CpuBackend cpu, Tensor t) {
    return t.shape().rank() == 4 ? lanes(cpu, t) : plain(cpu, t);
  }

  private static BatchStatistics onCpu(CpuBackend cpu, BatchStatistics s) {
    return new BatchStatistics(plain(cpu, s.mean()), plain(cpu, s.variance()));
  }

  @ParameterizedTest
  @MethodSource("normCases")
  void batchNormFollowsTheOracle(int lanes, Shape shape) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Images images = cpu.images();
    Tensor x = random(shape, 1).plus(3);
    Tensor residual = random(shape, 2);
    Tensor dy = random(shape, 3);
    Tensor gamma = random(Shape.of(shape.dim(1)), 4);
    Tensor beta = random(Shape.of(shape.dim(1)), 5);
    BatchStatistics s = ORACLE.batchStatistics(x);
    BatchStatistics found = images.batchStatistics(onCpu(cpu, x));
    assertNear("mean", s.mean(), read(cpu, found.mean()));
    assertNear("variance", s.variance(), read(cpu, found.variance()));
    for (boolean relu : new boolean[] {false, true}) {
      for (Tensor r : Arrays.asList(null, residual)) {
        Tensor y = ORACLE.batchNorm(x, s, gamma, beta, 1e-5f, r, relu);
        assertNear(
            "y",
            y,
            read(
                cpu,
                images.batchNorm(
                    onCpu(cpu, x),
                    onCpu(cpu, s),
                    plain(cpu, gamma),
                    plain(cpu, beta),
                    1e-5f,
                    r == null ? null : onCpu(cpu, r),
                    relu)));
        normGradient(cpu, dy, relu ? y : null, x, s, gamma);
      }
    }
  }

  private static void normGradient(
      CpuBackend cpu, Tensor dy, @Nullable Tensor y, Tensor x, BatchStatistics s, Tensor gamma) {
    BatchNormGradient e = ORACLE.batchNormGradient(dy, y, x, s, gamma, 1e-5f, true, true);
    BatchNormGradient a =
        cpu.images()
            .batchNormGradient(
                onCpu(cpu, dy),
                y == null ? null : onCpu(cpu, y),
                onCpu(cpu, x),
                onCpu(cpu, s),
                plain(cpu, gamma),
                1e-5f,
                true,
                true);
    assertNear("dgamma", e.dgamma(), read(cpu, a.dgamma()));
    assertNear("dbeta", e.dbeta(), read(cpu, a.dbeta()));
    assertTrue(e.dx() != null && a.dx() != null && e.dresidual() != null && a.dresidual() != null);
    assertNear("dx", e.dx(), read(cpu, a.dx()));
    assertNear("dresidual", e.dresidual(), read(cpu, a.dresidual()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 16})
  void varianceSurvivesALargeMean(int lanes) {
    CpuBackend cpu = new CpuBackend(1, lanes);
    Tensor x = random(Shape.of(13, 2, 16, 16), 1).plus(1000);
    float[] variance = read(cpu, cpu.images().batchStatistics(lanes(cpu, x)).variance());
    float[] expected = ORACLE.batchStatistics(x).variance().toFloats();
    assertArrayEquals(expected, variance, 1e-4f);
  }

  // ---- pooling and resizing ----

  static Stream<Arguments> poolCases() {
    return Stream.of(1, 4, 8, 16)
        .flatMap(lanes ->
            Stream.of(
                    new Pooling(2),
                    new Pooling(3, 2, 1),
                    new Pooling(3, 1, 1),
                    new Pooling(2, 3, 1))
                .map(p -> Arguments.of(lanes, p)));
  }

  @ParameterizedTest
  @MethodSource("poolCases")
  void poolingAndUpsamplingFollowTheOracle(int lanes, Pooling p) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Images images = cpu.images();
    Tensor x = random(Shape.of(5, 3, 9, 8), 1);
    Tensor dy = random(p.output(x.shape()), 2);
    Tensor xs = lanes(cpu, x);
    Tensor dys = lanes(cpu, dy);
    assertNear("average", ORACLE.averagePool(x, p), read(cpu, images.averagePool(xs, p)));
    assertNear("max", ORACLE.maxPool(x, p), read(cpu, images.maxPool(xs, p)));
    assertNear(
        "average gradient",
        ORACLE.averagePoolGradient(dy, x.shape(), p),
        read(cpu, images.averagePoolGradient(dys, x.shape(), p)));
    assertNear(
        "max gradient",
        ORACLE.maxPoolGradient(dy, x, p),
        read(cpu, images.maxPoolGradient(dys, xs, p)));
    assertNear(
        "upsampled",
        ORACLE.upsampleNearest(x, p.kernel()),
        read(cpu, images.upsampleNearest(xs, p.kernel())));
    assertNear("mean", x.mean(2, 3), read(cpu, images.meanOverPixels(xs)));
  }

  // ---- layouts ----

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 16})
  void anyStridesComeAndGo(int lanes) {
    CpuBackend cpu = new CpuBackend(2, lanes);
    Tensor x = random(Shape.of(4, 5, 3, 6), 1);
    Tensor view = plain(cpu, x).permute(3, 0, 2, 1).slice(1, 1, 4, 2);
    Tensor there = cpu.images().toBatchLanes(view);
    assertArrayEquals(x.permute(3, 0, 2, 1).slice(1, 1, 4, 2).toFloats(), read(cpu, there));
    Tensor wide = plain(cpu, random(Shape.of(1, 3, 1, 2), 2)).expand(Shape.of(9, 3, 4, 2));
    Tensor expected = random(Shape.of(1, 3, 1, 2), 2).expand(Shape.of(9, 3, 4, 2));
    assertArrayEquals(expected.toFloats(), read(cpu, cpu.images().toBatchLanes(wide)));
  }
}
