package dev.hone.nn.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  /** The golden number of the project's method. */
  @Test
  void agreesWithTheGoldenNumber() {
    Gaussian a = Gaussian.of(new double[] {0, 0}, new double[][] {{1, .2}, {.2, .5}});
    Gaussian b = Gaussian.of(new double[] {1, 2}, new double[][] {{2, .5}, {.5, 1}});
    assertEquals(5.259983092254167, a.distance(b), 1e-12);
    assertEquals(5.259983092254167, b.distance(a), 1e-12);
  }

  /** For two dimensions tr sqrt(A) = sqrt(tr A + 2 sqrt(det A)), whatever A = S_1 S_2 is. */
  @Test
  void agreesWithTheClosedFormInTwoDimensions() {
    var random = new Random(1);
    for (int t = 0; t < 50; t++) {
      double[] s = new double[6]; // two triangles
      for (int i = 0; i < 6; i++) {
        s[i] = random.nextGaussian() * (t % 10 == 0 ? 1e3 : 1);
      }
      double[][] one = squareOf(s[0], s[1], s[2]);
      double[][] two = squareOf(s[3], s[4], s[5]);
      double trace = one[0][0] * two[0][0] + 2 * one[0][1] * two[0][1] + one[1][1] * two[1][1];
      double det = Math.pow(s[0] * s[2] * s[3] * s[5], 2);
      double traces = one[0][0] + one[1][1] + two[0][0] + two[1][1];
      double expected = 5 + traces - 2 * Math.sqrt(trace + 2 * Math.sqrt(det));
      Gaussian a = Gaussian.of(new double[] {3, 0}, one);
      Gaussian b = Gaussian.of(new double[] {1, 1}, two);
      assertEquals(expected, a.distance(b), 1e-9 * traces);
    }
  }

  /** L L^T of the lower triangle (a 0; b c). */
  private static double[][] squareOf(double a, double b, double c) {
    return new double[][] {{a * a, a * b}, {a * b, b * b + c * c}};
  }

  private static double[][] samples(int n, double[] deviations, Random random) {
    int d = deviations.length;
    double[][] x = new double[n][d];
    for (double[] row : x) {
      double shared = random.nextGaussian();
      for (int i = 0; i < d; i++) {
        row[i] = 100 + deviations[i] * (0.8 * random.nextGaussian() + 0.6 * shared);
      }
    }
    return x;
  }

  private static FeatureStatistics statistics(double[][] rows, int... batches) {
    var statistics = new FeatureStatistics(rows[0].length);
    int from = 0;
    for (int n : batches) {
      statistics.add(tensor(rows, from, from + n));
      from += n;
    }
    assertEquals(rows.length, from);
    return statistics;
  }

  private static Tensor tensor(double[][] rows, int from, int to) {
    int d = rows[0].length;
    double[] flat = new double[(to - from) * d];
    for (int i = from; i < to; i++) {
      System.arraycopy(rows[i], 0, flat, (i - from) * d, d);
    }
    return Tensor.ofDoubles(ORACLE, Shape.of(to - from, d), flat);
  }

  @Test
  void statisticsAreThoseOfTwoPassesHoweverTheyCome() {
    double[][] x = samples(30, new double[] {1, 1e-3, 5}, new Random(2));
    double[] mean = new double[3];
    double[][] covariance = new double[3][3];
    for (double[] row : x) {
      for (int i = 0; i < 3; i++) {
        mean[i] += row[i] / 30;
      }
    }
    for (double[] row : x) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          covariance[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / 29;
        }
      }
    }
    Gaussian expected = Gaussian.of(mean, covariance);
    FeatureStatistics parts = statistics(java.util.Arrays.copyOf(x, 12), 12);
    parts.addAll(statistics(java.util.Arrays.copyOfRange(x, 12, 30), 1, 0, 17));
    parts.addAll(new FeatureStatistics(3));
    assertEquals(30, parts.count());
    assertEquals(0, expected.distance(statistics(x, 30).gaussian()), 1e-9);
    assertEquals(0, expected.distance(statistics(x, 1, 2, 7, 20).gaussian()), 1e-9);
    assertEquals(0, expected.distance(parts.gaussian()), 1e-9);
    assertEquals(0, expected.meanTerm(parts.gaussian()), 1e-20);
  }

  @Test
  void aSetIsAtNoDistanceFromItself() {
    double[] deviations = new double[40];
    for (int i = 0; i < 40; i++) {
      deviations[i] = Math.pow(10, -i / 10.0);
    }
    for (int n : new int[] {2, 20, 500}) { // of rank 1, 19 and 40
      double[][] x = samples(n, deviations, new Random(n));
      FrechetDistance d =
          FrechetDistance.between(statistics(x, n), statistics(x, n / 2, n - n / 2));
      assertEquals(0, d.value(), 1e-6);
      assertEquals(n, d.images());
      assertEquals(n <= 40, d.caveat().isPresent());
    }
  }

  /** Rank one each: S = a a^T and b b^T, whose product's root has the trace |a . b|. */
  @Test
  void fewerImagesThanFeaturesAreMeasuredAndSaid() {
    double[][] a = {{0, 0, 0, 0}, {1, 2, 0, -1}};
    double[][] b = {{1, 0, 1, 0}, {0, 1, 1, 3}};
    double means = 0.25 * (0 + 1 + 4 + 16);
    double covariances = (6 + 11) / 2.0 - Math.abs(-1 + 2 - 3);
    FrechetDistance d = FrechetDistance.between(statistics(a, 2), statistics(b, 2));
    assertEquals(means, d.means(), 1e-12);
    assertEquals(covariances, d.covariances(), 1e-12);
    assertEquals(
        Optional.of(
            "fewer images than features: 2 images span at most 1 of 4 dimensions; only distances"
                + " of the same N may be compared"),
        d.caveat());
  }

  /** The mean over many pairs of halves against the theory, which leaves out terms in 1 / n^2. */
  @Test
  void twoHalvesOfOneGaussianAreAsFarApartAsTheorySays() {
    double[] deviations = {3, 2, 1, 1, 0.5, 0.1};
    var random = new Random(3);
    int n = 400;
    int pairs = 100;
    double sum = 0;
    double claimed = 0;
    for (int p = 0; p < pairs; p++) {
      FrechetDistance d =
          FrechetDistance.between(
              statistics(samples(n, deviations, random), n),
              statistics(samples(n, deviations, random), n));
      sum += d.value() / pairs;
      claimed += d.ofTwins() / pairs;
    }
    double[][] covariance = new double[6][6];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        covariance[i][j] = deviations[i] * deviations[j] * (i == j ? 1 : 0.36);
      }
    }
    double theory = Gaussian.of(new double[6], covariance).expectedDistanceOfTwins(n);
    assertEquals(theory, sum, 0.1 * theory); // its deviation over 100 pairs is about 5 %
    assertEquals(theory, claimed, 0.02 * theory);
    // For the unit covariance: 2 d / n + d (d + 1) / (2 (n - 1)).
    Gaussian unit = Gaussian.of(new double[2], new double[][] {{1, 0}, {0, 1}});
    assertEquals(4.0 / 100 + 3.0 / 99, unit.expectedDistanceOfTwins(100), 1e-12);
  }

  @Test
  void whatCannotBeComparedIsNamed() {
    double[][] x = samples(5, new double[] {1, 2}, new Random(4));
    FeatureStatistics five = statistics(x, 5);
    FeatureStatistics three = statistics(java.util.Arrays.copyOf(x, 3), 3);
    assertEquals(
        "frechet distance: the sets have 5 and 3 images; its bias depends on their number, so use"
            + " equally many",
        message(() -> FrechetDistance.between(five, three)));
    var other = new FeatureStatistics(3);
    assertEquals(
        "frechet distance: the sets have 2 and 3 features; compare features of one network",
        message(() -> FrechetDistance.between(five, other)));
    assertThrows(IllegalArgumentException.class, () -> five.addAll(other));
    assertThrows(IllegalArgumentException.class, other::gaussian);
    assertThrows(ShapeException.class, () -> other.add(tensor(x, 0, 2)));
    Tensor bad = Tensor.ofDoubles(ORACLE, Shape.of(2, 2), 1, 2, 3, Double.NaN);
    assertEquals(
        "feature statistics: feature 1 of image 6 is NaN; are the images and the network's weights"
            + " finite?",
        message(() -> five.add(bad)));
    assertEquals(5, five.count());
    assertEquals(0, FrechetDistance.between(five, statistics(x, 5)).value(), 1e-12);
    Gaussian unit = Gaussian.of(new double[2], new double[][] {{1, 0}, {0, 1}});
    Gaussian none = Gaussian.of(new double[2], new double[][] {{1, 0}, {0, -0.1}});
    assertThrows(IllegalArgumentException.class, () -> unit.distance(none));
    assertThrows(IllegalArgumentException.class, () -> none.distance(unit));
    double[][] skew = {{1, 0}, {0.1, 1}};
    assertThrows(IllegalArgumentException.class, () -> Gaussian.of(new double[2], skew));
    double[][] nan = {{Double.NaN, 0}, {0, 1}};
    assertThrows(IllegalArgumentException.class, () -> Gaussian.of(new double[2], nan));
  }

  private static String message(org.junit.jupiter.api.function.Executable bad) {
    String said = assertThrows(IllegalArgumentException.class, bad).getMessage();
    assertTrue(said != null);
    return said;
  }
}
