package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.cuda.DnnProvider.ProductShapes;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The seam as it is used, on translated kernels; what they compute, their own tests show. */
class PtxDnnProviderTest {
  private static final ConvolutionShapes SHAPES =
      new ConvolutionShapes(Shape.of(2, 3, 7, 6), Shape.of(5, 3, 3, 3), new Convolution(2, 1));

  private final DnnFixture f = new DnnFixture(EmulatorOptions.fast());
  private final DnnProvider provider = new PtxDnnProvider(f.driver, f.allocator);

  @AfterEach
  void nothingIsLeft() {
    provider.close();
    f.close();
  }

  @Test
  void convolutionsAccumulate() {
    assertEquals("ptx", provider.name());
    Tensor x = f.numbers(SHAPES.x(), 1);
    Tensor w = f.numbers(SHAPES.w(), 2);
    Tensor dy = f.numbers(SHAPES.y(), 3);
    DeviceMemory y = f.upload(dy);
    provider.convolution(f.stream, SHAPES, f.upload(x), f.upload(w), y, true);
    f.assertHolds(dy.plus(x.convolution(w, SHAPES.geometry())), y, 3e-6, "y");
    provider.convolution(f.stream, SHAPES, f.upload(x), f.upload(w), y, false);
    f.assertHolds(x.convolution(w, SHAPES.geometry()), y, 3e-6, "y alone");
    DeviceMemory dx = f.upload(x);
    Tensor dxs =
        f.oracle.convolutionInputGradient(dy, w, SHAPES.x(), SHAPES.geometry(), null, null);
    provider.convolutionInputGradient(f.stream, SHAPES, f.upload(dy), f.upload(w), dx, true);
    f.assertHolds(x.plus(dxs), dx, 3e-6, "dx");
    provider.convolutionInputGradient(f.stream, SHAPES, f.upload(dy), f.upload(w), dx, false);
    f.assertHolds(dxs, dx, 3e-6, "dx alone");
    DeviceMemory dw = f.upload(w);
    Tensor dws = f.oracle.convolutionWeightGradient(dy, x, SHAPES.w(), SHAPES.geometry());
    provider.convolutionWeightGradient(f.stream, SHAPES, f.upload(dy), f.upload(x), dw, true);
    f.assertHolds(w.plus(dws), dw, 3e-6, "dw");
  }

  @Test
  void productsAndPools() {
    Tensor a = f.numbers(Shape.of(1, 4, 6), 1);
    Tensor b = f.numbers(Shape.of(1, 6, 5), 2);
    DeviceMemory c = f.empty(Shape.of(1, 4, 5));
    provider.matmul(f.stream, ProductShapes.of(4, 5, 6), f.upload(a), f.upload(b), c, false);
    f.assertHolds(a.matmul(b), c, 1e-6, "product");
    var p = new Pooling(3, 2, 1);
    Tensor x = f.numbers(SHAPES.x(), 3);
    Tensor y = f.oracle.maxPool(x, p);
    DeviceMemory pooled = f.empty(y.shape());
    provider.pool(f.stream, Pool.MAX, p, SHAPES.x(), f.upload(x), pooled);
    f.assertHolds(y, pooled, 0, "maximum");
    Tensor dy = f.numbers(y.shape(), 4);
    DeviceMemory dx = f.empty(SHAPES.x());
    provider.poolGradient(f.stream, Pool.MAX, p, SHAPES.x(), f.upload(dy), pooled, f.upload(x), dx);
    f.assertHolds(f.oracle.maxPoolGradient(dy, x, p), dx, 1e-6, "maximum's dx");
  }

  @Test
  void batchNorm() {
    Shape shape = SHAPES.x();
    Shape perChannel = Shape.of(3);
    Tensor x = f.numbers(shape, 1);
    Tensor gamma = f.numbers(perChannel, 2);
    Tensor beta = f.numbers(perChannel, 3);
    Tensor dy = f.numbers(shape, 4);
    BatchStatistics statistics = f.oracle.batchStatistics(x);
    DeviceMemory xs = f.upload(x);
    DeviceMemory gammas = f.upload(gamma);
    DeviceMemory betas = f.upload(beta);
    DeviceMemory y = f.empty(shape);
    DeviceMemory mean = f.empty(perChannel);
    DeviceMemory inverse = f.empty(perChannel);
    provider.batchNormTraining(f.stream, shape, 1e-5, xs, gammas, betas, y, mean, inverse);
    Tensor expected = f.oracle.batchNorm(x, statistics, gamma, beta, 1e-5f, null, false);
    f.assertHolds(expected, y, 1e-6, "training");
    DeviceMemory dx = f.empty(shape);
    DeviceMemory dgamma = f.empty(perChannel);
    DeviceMemory dbeta = f.empty(perChannel);
    provider.batchNormGradient(
        f.stream, shape, 1e-5, f.upload(dy), xs, gammas, mean, inverse, dx, dgamma, dbeta);
    BatchNormGradient g =
        f.oracle.batchNormGradient(dy, null, x, statistics, gamma, 1e-5f, true, false);
    f.assertHolds(Objects.requireNonNull(g.dx()), dx, 2e-6, "dx");
    f.assertHolds(g.dgamma(), dgamma, 2e-6, "dgamma");
    f.assertHolds(g.dbeta(), dbeta, 2e-6, "dbeta");
    DeviceMemory means = f.upload(statistics.mean());
    DeviceMemory variances = f.upload(statistics.variance());
    DeviceMemory again = f.empty(shape);
    provider.batchNormInference(f.stream, shape, 1e-5, xs, gammas, betas, means, variances, again);
    f.assertHolds(expected, again, 1e-6, "inference");
  }
}
