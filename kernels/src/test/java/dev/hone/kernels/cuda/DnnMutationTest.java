package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.PtxModule;
import dev.hone.tensor.Shape;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whether the tests of the heavy kernels would notice a mistake: see {@link KernelMutants}. */
class DnnMutationTest {
  private static final EmulatorOptions OPTIONS =
      EmulatorOptions.checked().withCoverage(false).withInstructionLimit(2_000_000);

  private static void assertNoticed(String family, Consumer<DnnFixture> check) {
    KernelMutants.assertNoticed(family, source -> run(family, source, check));
  }

  /** The device is not closed: after a fault there may be scratch that nobody gave back. */
  private static void run(String family, String source, Consumer<DnnFixture> check) {
    var fixture = new DnnFixture(OPTIONS);
    fixture.stream.replace(family, PtxModule.parse(source, "mutant"));
    check.accept(fixture);
  }

  @Test
  void gemm() {
    assertNoticed(
        "gemm",
        f -> {
          var kernels = new GemmKernels(f.driver, f.allocator);
          GemmKernelsTest.CASES.forEach(s -> GemmKernelsTest.check(f, kernels, s));
          GemmKernelsTest.checkSectors(f, kernels);
        });
  }

  @Test
  void convolution() {
    assertNoticed(
        "convolution",
        f -> {
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false, _ -> false);
          for (ConvolutionShapes s : ConvolutionKernelsTest.CASES) {
            ConvolutionKernelsTest.checkForward(f, kernels, s);
            ConvolutionKernelsTest.checkInputGradient(f, kernels, s);
            ConvolutionKernelsTest.checkWeightGradient(f, kernels, s);
          }
          ConvolutionKernelsTest.checkSectors(f, kernels);
        });
  }

  @Test
  void direct() {
    assertNoticed(
        "direct",
        f -> {
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels =
              new ConvolutionKernels(
                  f.driver, f.allocator, gemm, DirectTiles::possible, _ -> false);
          for (ConvolutionShapes s : ConvolutionKernelsTest.CASES) {
            ConvolutionKernelsTest.checkForward(f, kernels, s);
            ConvolutionKernelsTest.checkInputGradient(f, kernels, s);
          }
        });
  }

  @Test
  void weightGradient() {
    assertNoticed(
        "weightgradient",
        f -> {
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels =
              new ConvolutionKernels(
                  f.driver, f.allocator, gemm, _ -> false, WeightGradientTiles::possible);
          for (ConvolutionShapes s : ConvolutionKernelsTest.CASES) {
            ConvolutionKernelsTest.checkWeightGradient(f, kernels, s);
          }
        });
  }

  @Test
  void pooling() {
    assertNoticed(
        "pooling",
        f -> {
          var kernels = new PoolingKernels(f.driver, f.allocator);
          PoolingKernelsTest.CASES.forEach(s -> PoolingKernelsTest.check(f, kernels, s));
          PoolingKernelsTest.checkTiesAndNan(f, kernels);
        });
  }

  @Test
  void batchNorm() {
    assertNoticed(
        "batchnorm",
        f -> {
          var kernels = new BatchNormKernels(f.driver, f.allocator);
          for (Shape s : BatchNormKernelsTest.CASES) {
            BatchNormKernelsTest.checkForward(f, kernels, s);
            BatchNormKernelsTest.checkGradient(f, kernels, s);
          }
          BatchNormKernelsTest.checkAccuracy(f, kernels);
        });
  }
}
