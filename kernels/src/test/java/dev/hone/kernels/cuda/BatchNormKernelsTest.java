package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.BatchNormKernels.Spread;
import dev.hone.kernels.ptx.Counters;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Launch;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchNormKernelsTest {
  private static final float EPS = 1e-5f;

  /** Few elements and several ranges of them; channels of one pixel, of odd numbers, of many. */
  static final List<Shape> CASES =
      List.of(
          Shape.of(3, 5, 7, 3),
          Shape.of(1, 2, 1, 1),
          Shape.of(300, 3),
          Shape.of(2, 130),
          Shape.of(2, 1, 65, 64),
          Shape.of(3, 2, 53, 57));

  static void checkForward(DnnFixture f, BatchNormKernels kernels, Shape shape) {
    Shape perChannel = Shape.of(shape.dim(1));
    Tensor x = f.numbers(shape, 1).plus(f.numbers(perChannel(shape), 2).times(3));
    Tensor gamma = f.numbers(perChannel, 3);
    Tensor beta = f.numbers(perChannel, 4);
    Tensor residual = f.numbers(shape, 5);
    DeviceMemory dx = f.upload(x);
    Tensor stored = f.read(dx, shape);
    BatchStatistics expected = f.oracle.batchStatistics(stored);
    DeviceMemory mean = f.empty(perChannel);
    DeviceMemory variance = f.empty(perChannel);
    DeviceMemory inverse = f.empty(perChannel);
    kernels.statistics(f.stream, shape, dx, mean, variance, inverse, EPS);
    f.assertHolds(expected.mean(), mean, 1e-7, "mean of " + shape);
    f.assertHolds(expected.variance(), variance, 5e-7, "variance of " + shape);
    DeviceMemory onlyMean = f.empty(perChannel);
    kernels.statistics(f.stream, shape, dx, onlyMean, null, null, EPS);
    f.assertHolds(expected.mean(), onlyMean, 1e-7, "mean of " + shape);
    BatchStatistics got =
        new BatchStatistics(f.read(mean, perChannel), f.read(variance, perChannel));
    DeviceMemory y = f.empty(shape);
    DeviceMemory dgamma = f.upload(gamma);
    DeviceMemory dbeta = f.upload(beta);
    kernels.apply(
        f.stream, shape, dx, mean, Spread.inverseDeviation(inverse), dgamma, dbeta, null, false, y);
    Tensor plain = f.oracle.batchNorm(stored, got, gamma, beta, EPS, null, false);
    f.assertHolds(plain, y, 2e-6, "normalised " + shape);
    kernels.apply(
        f.stream,
        shape,
        dx,
        mean,
        Spread.variance(variance, EPS),
        dgamma,
        dbeta,
        f.upload(residual),
        true,
        y);
    Tensor all = f.oracle.batchNorm(stored, got, gamma, beta, EPS, residual, true);
    f.assertHolds(all, y, 2e-6, "normalised, added to and rectified " + shape);
  }

  static void checkGradient(DnnFixture f, BatchNormKernels kernels, Shape shape) {
    Shape perChannel = Shape.of(shape.dim(1));
    Tensor x = f.numbers(shape, 1);
    Tensor dy = f.numbers(shape, 2).plus(0.3);
    Tensor y = f.numbers(shape, 3).relu();
    Tensor gamma = f.numbers(perChannel, 4);
    BatchStatistics statistics = f.oracle.batchStatistics(x);
    DeviceMemory dx = f.empty(shape);
    DeviceMemory dgamma = f.empty(perChannel);
    DeviceMemory dbeta = f.empty(perChannel);
    DeviceMemory dresidual = f.empty(shape);
    DeviceMemory mean = f.upload(statistics.mean());
    Spread spread = Spread.variance(f.upload(statistics.variance()), EPS);
    Tensor deviation = statistics.variance().plus(EPS).sqrt();
    Spread inverse =
        Spread.inverseDeviation(f.upload(Tensor.of(f.oracle, Shape.of(), 1).dividedBy(deviation)));
    DeviceMemory xs = f.upload(x);
    DeviceMemory dys = f.upload(dy);
    DeviceMemory ys = f.upload(y);
    DeviceMemory gammas = f.upload(gamma);
    BatchNormGradient masked =
        f.oracle.batchNormGradient(dy, y, x, statistics, gamma, EPS, true, true);
    kernels.gradient(
        f.stream, shape, dys, ys, xs, mean, spread, gammas, dx, dgamma, dbeta, dresidual);
    assertGradient(f, masked, dx, dgamma, dbeta, "kept " + shape);
    f.assertHolds(Objects.requireNonNull(masked.dresidual()), dresidual, 1e-7, "dz of " + shape);
    DeviceMemory again = f.empty(shape);
    kernels.gradient(
        f.stream, shape, dys, ys, xs, mean, inverse, gammas, again, dgamma, dbeta, null);
    assertGradient(f, masked, again, dgamma, dbeta, "not kept " + shape);
    BatchNormGradient plain =
        f.oracle.batchNormGradient(dy, null, x, statistics, gamma, EPS, true, false);
    kernels.gradient(f.stream, shape, dys, null, xs, mean, spread, gammas, dx, dgamma, dbeta, null);
    assertGradient(f, plain, dx, dgamma, dbeta, "without relu " + shape);
    kernels.gradient(
        f.stream, shape, dys, null, xs, mean, spread, gammas, null, dgamma, dbeta, null);
    assertGradient(f, plain, dx, dgamma, dbeta, "without dx " + shape);
  }

  private static void assertGradient(
      DnnFixture f,
      BatchNormGradient expected,
      DeviceMemory dx,
      DeviceMemory dgamma,
      DeviceMemory dbeta,
      String what) {
    f.assertHolds(expected.dbeta(), dbeta, 2e-6, "dbeta, " + what);
    f.assertHolds(expected.dgamma(), dgamma, 2e-6, "dgamma, " + what);
    f.assertHolds(Objects.requireNonNull(expected.dx()), dx, 3e-6, "dx, " + what);
  }

  private static Shape perChannel(Shape x) {
    int[] d = x.dims();
    for (int axis = 0; axis < d.length; axis++) {
      d[axis] = axis == 1 ? d[axis] : 1;
    }
    return Shape.of(d);
  }

  private static List<EmulatorOptions> schedules() {
    return DnnFixture.schedules().toList();
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void agreesWithTheOracleAndRunsEachLine(EmulatorOptions options) {
    Map<Integer, String> missed = DnnFixture.lines("batchnorm");
    for (Shape shape : CASES) {
      try (var f = new DnnFixture(options);
          var kernels = new BatchNormKernels(f.driver, f.allocator)) {
        checkForward(f, kernels, shape);
        checkGradient(f, kernels, shape);
        f.cover(kernels.module(), missed);
      }
    }
    assertEquals(Map.of(), missed);
  }

  /** A mean 1000 times the deviation, and a first element far from all others. */
  static void checkAccuracy(DnnFixture f, BatchNormKernels kernels) {
    Shape shape = Shape.of(2, 2, 20, 20);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i / 400 % 2 == 0 ? 1000 : -3) + (float) Math.sin(i * 0.7);
    }
    values[400] = 50;
    Tensor x = Tensor.of(f.oracle, shape, values);
    BatchStatistics expected = f.oracle.batchStatistics(x);
    DeviceMemory mean = f.empty(Shape.of(2));
    DeviceMemory variance = f.empty(Shape.of(2));
    kernels.statistics(f.stream, shape, f.upload(x), mean, variance, null, EPS);
    double[] means = expected.mean().toDoubles();
    double[] variances = expected.variance().toDoubles();
    for (int c = 0; c < 2; c++) {
      assertEquals(means[c], f.download(mean)[c], 1e-7 * Math.abs(means[c]));
      assertEquals(variances[c], f.download(variance)[c], 3e-7 * variances[c]);
    }
  }

  @Test
  void varianceIsAccurateWhereSquaresWouldCancel() {
    try (var f = new DnnFixture(EmulatorOptions.counting());
        var kernels = new BatchNormKernels(f.driver, f.allocator)) {
      checkAccuracy(f, kernels);
    }
  }

  /** Bytes are the least there can be, sectors whole, banks without conflicts. */
  @Test
  void costsWhatItsHeadSays() {
    try (var f = new DnnFixture(EmulatorOptions.counting());
        var kernels = new BatchNormKernels(f.driver, f.allocator)) {
      Shape shape = Shape.of(4, 2, 32, 32);
      Shape perChannel = Shape.of(2);
      DeviceMemory x = f.upload(f.numbers(shape, 1));
      DeviceMemory mean = f.empty(perChannel);
      DeviceMemory variance = f.empty(perChannel);
      DeviceMemory out = f.empty(shape);
      kernels.statistics(f.stream, shape, x, mean, variance, null, EPS);
      Spread spread = Spread.variance(variance, EPS);
      kernels.apply(f.stream, shape, x, mean, spread, mean, mean, x, true, out);
      DeviceMemory sums = f.empty(perChannel);
      kernels.gradient(
          f.stream, shape, x, x, x, mean, spread, mean, out, sums, f.empty(perChannel), null);
      long image = 4L * shape.size();
      List<Long> images = List.of(1L, 0L, 2L, 3L, 0L, 3L);
      for (int i = 0; i < images.size(); i++) {
        Launch launch = f.stream.launches().get(i);
        Counters c = launch.counters();
        long extra = c.globalBytesRead() - images.get(i) * image;
        assertTrue(extra >= 0 && extra <= 2 * 256 * 24, () -> launch.entry() + ": " + c);
        assertEquals(0, c.bankConflicts());
        if (images.get(i) > 0) {
          assertEquals(c.idealSectors(), c.globalSectors(), launch.entry()::toString);
        }
      }
    }
  }
}
