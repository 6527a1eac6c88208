package dev.hone.nn.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.GradientCheck;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Cpu;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SsimTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private static final double[] WANG = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

  private static Tensor golden(boolean degraded) {
    double[] values = new double[256];
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        double x = ((7 * i + 13 * j) % 17) / 16.0;
        double y = 0.8 * x + 0.1 + 0.1 * ((i + 2 * j) % 5 - 2) / 2;
        values[16 * i + j] = degraded ? Math.clamp(y, 0, 1) : x;
      }
    }
    return Tensor.ofDoubles(ORACLE, Shape.of(1, 1, 16, 16), values);
  }

  /** The golden number of the project's method. */
  @Test
  void agreesWithTheGoldenNumber() {
    double[] ssim = new Ssim(1).of(golden(false), golden(true)).toDoubles();
    assertArrayEquals(new double[] {0.9219307884}, ssim, 1e-10);
  }

  /** What a pair is made of, and at which range. */
  private record Pair(double[][] x, double[][] y, double range) {}

  /** Fifty pairs of one size: noise, equal ones, flat ones, faint ones, negatives, bytes. */
  private static List<Pair> pairs(int height, int width, java.util.Random random) {
    var pairs = new ArrayList<Pair>();
    for (int p = 0; p < 50; p++) {
      double range = p % 10 == 9 ? 255 : 1;
      double contrast = p % 5 == 1 ? 1e-3 : 0.5;
      double[][] x = new double[height][width];
      double[][] y = new double[height][width];
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          double wave = Math.sin(0.3 * i + 0.2 * j * (p + 1) / 50);
          x[i][j] = 0.5 + contrast * (0.6 * wave + 0.4 * (2 * random.nextDouble() - 1));
          y[i][j] =
              switch (p % 5) {
                case 0 -> x[i][j];
                case 2 -> 0.25;
                case 3 -> 1 - x[i][j];
                default -> 0.7 * x[i][j] + 0.3 * random.nextDouble();
              };
          x[i][j] = range * (p % 15 == 2 ? 0.75 : x[i][j]);
          y[i][j] *= range;
        }
      }
      pairs.add(new Pair(x, y, range));
    }
    return pairs;
  }

  private static Tensor tensor(double[][] image) {
    double[] flat = Arrays.stream(image).flatMapToDouble(Arrays::stream).toArray();
    return Tensor.ofDoubles(ORACLE, Shape.of(1, 1, image.length, image[0].length), flat);
  }

  @Test
  void agreesWithTheDefinitionOnFiftyPairs() {
    for (Pair p : pairs(14, 17, new java.util.Random(1))) {
      double expected = PlainSsim.means(p.x, p.y, p.range)[0];
      double[] ssim = new Ssim(p.range).of(tensor(p.x), tensor(p.y)).toDoubles();
      assertArrayEquals(new double[] {expected}, ssim, 1e-9);
      assertTrue(ssim[0] <= 1 && ssim[0] >= -1, "in range: " + ssim[0]);
    }
  }

  @Test
  void severalScalesAgreeWithTheDefinitionOnFiftyPairs() {
    double sum = WANG[0] + WANG[1] + WANG[2];
    double[] three = {WANG[0] / sum, WANG[1] / sum, WANG[2] / sum};
    int zeros = 0;
    for (Pair p : pairs(44, 47, new java.util.Random(2))) {
      double expected = PlainSsim.multiScale(p.x, p.y, p.range, three);
      var msSsim = MultiScaleSsim.ofScales(p.range, 3);
      double[] found = msSsim.of(tensor(p.x), tensor(p.y)).toDoubles();
      assertArrayEquals(new double[] {expected}, found, 1e-9);
      zeros += expected == 0 ? 1 : 0;
    }
    assertTrue(zeros >= 5, "negatives among them: " + zeros);
  }

  @Test
  void fiveScalesAgreeWithTheDefinition() {
    Pair p = pairs(176, 177, new java.util.Random(3)).get(4);
    double expected = PlainSsim.multiScale(p.x, p.y, p.range, WANG);
    double[] found = new MultiScaleSsim(1).of(tensor(p.x), tensor(p.y)).toDoubles();
    assertArrayEquals(new double[] {expected}, found, 1e-9);
    assertTrue(expected > 0.1 && expected < 0.99, "a value that says something: " + expected);
  }

  private static List<ImageSimilarity> both() {
    return List.of(new Ssim(1), MultiScaleSsim.ofScales(1, 2));
  }

  @Test
  void eachSampleIsTheMeanOfItsChannelsAndSidesMayBeExchanged() {
    Random random = Random.of(ORACLE, 4);
    Tensor x = random.uniform(Shape.of(3, 2, 22, 23), 0, 1);
    Tensor y = x.times(0.7).plus(random.split(1).uniform(x.shape(), 0, 0.3f));
    for (ImageSimilarity similarity : both()) {
      double[] all = similarity.of(x, y).toDoubles();
      assertArrayEquals(all, similarity.of(y, x).toDoubles());
      for (int n = 0; n < 3; n++) {
        double sum = 0;
        for (int c = 0; c < 2; c++) {
          Tensor one = x.slice(0, n, n + 1).slice(1, c, c + 1);
          Tensor other = y.slice(0, n, n + 1).slice(1, c, c + 1);
          sum += similarity.of(one, other).toDoubles()[0];
        }
        assertEquals(sum / 2, all[n], 1e-12);
      }
    }
  }

  @Test
  void equalImagesAreExactlyOneOnEveryBackend() {
    for (Backend backend : List.of(ORACLE, ReferenceBackend.float32(), Cpu.backend())) {
      Tensor x = Random.of(backend, 5).uniform(Shape.of(4, 3, 24, 22), 0, 1);
      Tensor flat = Tensor.full(backend, x.shape(), 0.3);
      for (ImageSimilarity similarity : both()) {
        assertArrayEquals(new double[] {1, 1, 1, 1}, similarity.of(x, x.keep()).toDoubles());
        assertArrayEquals(new double[] {1, 1, 1, 1}, similarity.of(flat, flat).toDoubles());
      }
    }
  }

  @Test
  void inSinglePrecisionItKeepsFiveDigits() {
    for (Pair p : pairs(14, 17, new java.util.Random(6))) {
      double exact = new Ssim(p.range).of(tensor(p.x), tensor(p.y)).toDoubles()[0];
      Tensor x = tensor(p.x).to(Cpu.backend());
      Tensor y = tensor(p.y).to(Cpu.backend());
      assertEquals(exact, new Ssim(p.range).of(x, y).toDoubles()[0], 1e-5);
    }
  }

  @Test
  void gradientsMatchCentralDifferences() {
    Random random = Random.of(ORACLE, 7);
    for (ImageSimilarity similarity : both()) {
      Tensor x = random.uniform(Shape.of(2, 2, 22, 23), 0, 1);
      Tensor y = x.times(0.7).plus(random.split(1).uniform(x.shape(), 0, 0.3f));
      GradientCheck.check(v -> similarity.of(v.get(0), v.get(1)), List.of(x, y), 7);
      GradientCheck.check(v -> similarity.to(y).of(v.getFirst()), List.of(x), 8);
    }
  }

  @Test
  void gradientsStayFiniteWhereAFactorIsNegative() {
    Tensor x = Random.of(ORACLE, 8).uniform(Shape.of(1, 1, 22, 22), 0, 1);
    try (var tape = Tape.record()) {
      Variable v = tape.watch(x);
      Variable loss = MultiScaleSsim.ofScales(1, 2).to(x.negate().plus(1)).of(v);
      assertEquals(1, loss.item());
      double[] dx = tape.gradients(loss.sum(), v).get(v).toDoubles();
      assertTrue(Arrays.stream(dx).allMatch(d -> d == 0), "no slope at the floor");
    }
  }

  @Test
  void theLossIsOneMinusSimilarityAndCanBeCut() {
    Random random = Random.of(ORACLE, 9);
    Tensor x = random.uniform(Shape.of(3, 1, 22, 22), 0, 1);
    Tensor y = random.split(1).uniform(x.shape(), 0, 1);
    for (ImageSimilarity similarity : both()) {
      double[] expected = similarity.of(x, y).negate().plus(1).toDoubles();
      try (var tape = Tape.inference()) {
        PerSampleLoss loss = similarity.to(y);
        assertArrayEquals(expected, loss.of(tape.constant(x)).value().toDoubles());
        PerSampleLoss tail = loss.part(1, 3).orElseThrow();
        assertArrayEquals(
            Arrays.copyOfRange(expected, 1, 3),
            tail.of(tape.constant(x.slice(0, 1, 3))).value().toDoubles(),
            1e-14);
      }
    }
  }

  @Test
  void badInputIsNamedWithTheWayOut() {
    Tensor x = Tensor.zeros(ORACLE, Shape.of(1, 1, 64, 70));
    Tensor small = Tensor.zeros(ORACLE, Shape.of(1, 3, 10, 64));
    assertEquals(
        "ms-ssim: images need at least 176 pixels a side, but x is [1, 1, 64, 70]; enlarge the"
            + " images, or use MultiScaleSsim.ofScales(range, 3)",
        assertThrows(ShapeException.class, () -> new MultiScaleSsim(1).of(x, x)).getMessage());
    assertEquals(
        "ssim: images need at least 11 pixels a side, but x is [1, 3, 10, 64]; enlarge the images",
        assertThrows(ShapeException.class, () -> new Ssim(1).of(small, small)).getMessage());
    assertEquals(
        "ssim: x [1, 1, 64, 70] and y [1, 3, 10, 64] differ",
        assertThrows(ShapeException.class, () -> new Ssim(1).of(x, small)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Ssim(0));
    assertThrows(IllegalArgumentException.class, () -> new Ssim(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new MultiScaleSsim(-1));
    assertThrows(IllegalArgumentException.class, () -> MultiScaleSsim.ofScales(1, 6));
    assertThrows(IllegalArgumentException.class, () -> new MultiScaleSsim(1, List.of(1.0, 0.0)));
    assertEquals(3, MultiScaleSsim.scalesFor(64));
    assertEquals(5, MultiScaleSsim.scalesFor(1000));
    assertEquals(0, MultiScaleSsim.scalesFor(10));
  }
}
