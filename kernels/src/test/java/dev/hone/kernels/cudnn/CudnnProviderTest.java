package dev.hone.kernels.cudnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.CachingAllocator;
import dev.hone.kernels.cuda.DeviceMemory;
import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.cuda.DnnProvider.ProductShapes;
import dev.hone.kernels.cuda.EmulatorDriver;
import dev.hone.kernels.cuda.GpuException;
import dev.hone.kernels.cuda.GpuGraph;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.kernels.cuda.PinnedStaging;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.MathMode;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The provider against the oracle, on a cuDNN and a cuBLAS that keep the libraries' rules. */
class CudnnProviderTest {
  private static final ConvolutionShapes SHAPES =
      new ConvolutionShapes(Shape.of(2, 3, 7, 6), Shape.of(5, 3, 3, 3), new Convolution(2, 1));

  private static final float EPS = 1e-5f;

  private final EmulatorDriver driver = new EmulatorDriver(EmulatorOptions.checked(), 11);
  private final GpuStream stream = driver.newStream();
  private final CachingAllocator allocator = new CachingAllocator(driver);
  private final PinnedStaging staging = new PinnedStaging(driver);
  private final FakeMemory memory = FakeMemory.of(driver);
  private final FakeCudnn cudnn = new FakeCudnn(memory);
  private final FakeCublas cublas = new FakeCublas(memory);
  private final CudnnProvider provider = provider(MathMode.FMA);

  private CudnnProvider provider(MathMode math) {
    return new CudnnProvider(cudnn, cublas, allocator, math);
  }

  @AfterEach
  void nothingIsLeft() {
    provider.close();
    provider.close();
    assertEquals(List.of(), cudnn.descriptors.leaked());
    assertEquals(List.of(), cublas.handles.leaked());
    driver.close();
  }

  private Tensor numbers(Shape shape, int seed) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * 0.7 + seed);
    }
    return Tensor.of(memory.oracle(), shape, values);
  }

  private DeviceMemory upload(Tensor t) {
    DeviceMemory to = empty(t.shape());
    staging.upload(stream, to, t.toFloats());
    return to;
  }

  private DeviceMemory empty(Shape shape) {
    return allocator.allocate((long) shape.size() * Float.BYTES, stream);
  }

  private void assertHolds(Tensor expected, DeviceMemory actual) {
    float[] values = new float[expected.shape().size()];
    staging.download(stream, values, actual);
    assertArrayEquals(expected.toFloats(), values, 2e-6f);
  }

  @Test
  void convolutionForwardAndBothGradients() {
    Tensor x = numbers(SHAPES.x(), 1);
    Tensor w = numbers(SHAPES.w(), 2);
    Tensor dy = numbers(SHAPES.y(), 3);
    DeviceMemory y = empty(SHAPES.y());
    provider.convolution(stream, SHAPES, upload(x), upload(w), y, false);
    assertHolds(x.convolution(w, SHAPES.geometry()), y);
    DeviceMemory dx = empty(SHAPES.x());
    provider.convolutionInputGradient(stream, SHAPES, upload(dy), upload(w), dx, false);
    var oracle = memory.oracle();
    Tensor expected =
        oracle.convolutionInputGradient(dy, w, SHAPES.x(), SHAPES.geometry(), null, null);
    assertHolds(expected, dx);
    DeviceMemory dw = empty(SHAPES.w());
    provider.convolutionWeightGradient(stream, SHAPES, upload(dy), upload(x), dw, false);
    assertHolds(oracle.convolutionWeightGradient(dy, x, SHAPES.w(), SHAPES.geometry()), dw);
    assertEquals(
        List.of("forward FMA", "backward data FMA", "backward filter FMA"), cudnn.launched);
  }

  @Test
  void accumulatingAddsToWhatIsThere() {
    Tensor x = numbers(SHAPES.x(), 1);
    Tensor w = numbers(SHAPES.w(), 2);
    Tensor dy = numbers(SHAPES.y(), 3);
    Tensor before = numbers(SHAPES.y(), 4);
    DeviceMemory y = upload(before);
    provider.convolution(stream, SHAPES, upload(x), upload(w), y, true);
    assertHolds(before.plus(x.convolution(w, SHAPES.geometry())), y);
    Tensor beforeX = numbers(SHAPES.x(), 5);
    DeviceMemory dx = upload(beforeX);
    provider.convolutionInputGradient(stream, SHAPES, upload(dy), upload(w), dx, true);
    assertHolds(
        memory
            .oracle()
            .convolutionInputGradient(dy, w, SHAPES.x(), SHAPES.geometry(), beforeX, null),
        dx);
  }

  @Test
  void algorithmsAreLookedForOnceAndTheWorkspaceGoesBack() {
    DeviceMemory x = upload(numbers(SHAPES.x(), 1));
    DeviceMemory w = upload(numbers(SHAPES.w(), 2));
    DeviceMemory y = empty(SHAPES.y());
    provider.convolution(stream, SHAPES, x, w, y, false);
    long held = allocator.heldBytes();
    long asked = allocator.allocations();
    provider.convolution(stream, SHAPES, x, w, y, false);
    assertEquals(1, cudnn.searches);
    assertEquals(held, allocator.heldBytes());
    assertEquals(asked, allocator.allocations());
  }

  @Test
  void withoutADeterministicAlgorithmItSaysSo() {
    cudnn.onlyAtomics = true;
    DeviceMemory x = upload(numbers(SHAPES.x(), 1));
    DeviceMemory w = upload(numbers(SHAPES.w(), 2));
    DeviceMemory y = empty(SHAPES.y());
    String message =
        String.valueOf(
            assertThrows(
                    GpuException.class, () -> provider.convolution(stream, SHAPES, x, w, y, false))
                .getMessage());
    assertTrue(
        message.startsWith("cuDNN: has no deterministic algorithm for the FORWARD of"), message);
    assertTrue(message.endsWith("use the ptx provider"), message);
    assertEquals(List.of("cudnnHandle"), cudnn.descriptors.leaked(), "no half-made plan is left");
  }

  @Test
  void tf32IsAnOption() {
    try (CudnnProvider fast = provider(MathMode.TF32)) {
      fast.convolution(
          stream,
          SHAPES,
          upload(numbers(SHAPES.x(), 1)),
          upload(numbers(SHAPES.w(), 2)),
          empty(SHAPES.y()),
          false);
      assertEquals("cudnn 9.5.0 (TF32)", fast.name());
      assertEquals("cudnn 9.5.0", provider.name());
      assertEquals(List.of("forward math 1"), cudnn.launched);
      assertEquals(3, cublas.mode);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, false, false, false, false",
    "1, true, false, false, false",
    "1, false, true, false, false",
    "1, true, true, false, false",
    "3, false, false, false, false",
    "3, true, true, false, true",
    "3, false, true, true, false"
  })
  void products(int batch, boolean ta, boolean tb, boolean sharedA, boolean sharedB) {
    var shapes = new ProductShapes(batch, 4, 5, 3, ta, tb, sharedA, sharedB);
    Tensor a =
        numbers(ta ? Shape.of(sharedA ? 1 : batch, 3, 4) : Shape.of(sharedA ? 1 : batch, 4, 3), 1);
    Tensor b =
        numbers(tb ? Shape.of(sharedB ? 1 : batch, 5, 3) : Shape.of(sharedB ? 1 : batch, 3, 5), 2);
    Tensor before = numbers(Shape.of(batch, 4, 5), 3);
    DeviceMemory c = upload(before);
    provider.matmul(stream, shapes, upload(a), upload(b), c, true);
    Tensor left = ta ? a.permute(0, 2, 1) : a;
    Tensor right = tb ? b.permute(0, 2, 1) : b;
    assertHolds(before.plus(left.matmul(right)), c);
    assertEquals(0, cublas.mode);
  }

  @ParameterizedTest
  @EnumSource(Pool.class)
  void poolingAndItsGradient(Pool kind) {
    Shape shape = Shape.of(2, 3, 7, 6);
    var window = new Pooling(3, 2, 1);
    Tensor x = numbers(shape, 1);
    var oracle = memory.oracle();
    Tensor expected = kind == Pool.MAX ? oracle.maxPool(x, window) : oracle.averagePool(x, window);
    DeviceMemory onDevice = upload(x);
    DeviceMemory y = empty(expected.shape());
    provider.pool(stream, kind, window, shape, onDevice, y);
    assertHolds(expected, y);
    Tensor dy = numbers(expected.shape(), 2);
    DeviceMemory dx = empty(shape);
    provider.poolGradient(stream, kind, window, shape, upload(dy), y, onDevice, dx);
    assertHolds(
        kind == Pool.MAX
            ? oracle.maxPoolGradient(dy, x, window)
            : oracle.averagePoolGradient(dy, shape, window),
        dx);
  }

  @Test
  void batchNormAndItsGradient() {
    Shape shape = Shape.of(4, 3, 2, 5);
    Shape c = Shape.of(3);
    Tensor x = numbers(shape, 1);
    Tensor gamma = numbers(c, 2);
    Tensor beta = numbers(c, 3);
    Tensor dy = numbers(shape, 4);
    BatchStatistics s = memory.oracle().batchStatistics(x);
    Tensor expected = memory.oracle().batchNorm(x, s, gamma, beta, EPS, null, false);
    DeviceMemory onDevice = upload(x);
    DeviceMemory g = upload(gamma);
    DeviceMemory y = empty(shape);
    DeviceMemory mean = empty(c);
    DeviceMemory inverse = empty(c);
    provider.batchNormTraining(stream, shape, EPS, onDevice, g, upload(beta), y, mean, inverse);
    assertHolds(expected, y);
    assertHolds(s.mean(), mean);
    DeviceMemory again = empty(shape);
    provider.batchNormInference(
        stream, shape, EPS, onDevice, g, upload(beta), mean, upload(s.variance()), again);
    assertHolds(expected, again);
    BatchNormGradient gradient =
        memory.oracle().batchNormGradient(dy, null, x, s, gamma, EPS, true, false);
    DeviceMemory dx = empty(shape);
    DeviceMemory dgamma = empty(c);
    DeviceMemory dbeta = empty(c);
    provider.batchNormGradient(
        stream, shape, EPS, upload(dy), onDevice, g, mean, inverse, dx, dgamma, dbeta);
    assertHolds(Objects.requireNonNull(gradient.dx()), dx);
    assertHolds(gradient.dgamma(), dgamma);
    assertHolds(gradient.dbeta(), dbeta);
  }

  @Test
  void aCapturedConvolutionRunsWithItsGraph() {
    Tensor x = numbers(SHAPES.x(), 1);
    Tensor w = numbers(SHAPES.w(), 2);
    DeviceMemory onDevice = upload(x);
    DeviceMemory weights = upload(w);
    DeviceMemory y = empty(SHAPES.y());
    Runnable step = () -> provider.convolution(stream, SHAPES, onDevice, weights, y, false);
    step.run();
    try (GpuGraph graph = allocator.capture(stream, step)) {
      Tensor other = numbers(SHAPES.x(), 9);
      staging.upload(stream, onDevice, other.toFloats());
      stream.launch(graph);
      assertHolds(other.convolution(w, SHAPES.geometry()), y);
    }
  }

  @Test
  void refusalsSayWhatWasWanted() {
    DeviceMemory small = empty(Shape.of(4));
    assertEquals(
        "convolution: x has 252 elements, but its memory holds 4",
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> provider.convolution(stream, SHAPES, small, small, small, false))
                .getMessage()));
    var make = new Descriptors(cudnn);
    assertEquals(
        "cuDNN: cannot set the tensor descriptor to [0, 3, 1, 1]: CUDNN_STATUS_BAD_PARAM",
        String.valueOf(
            assertThrows(GpuException.class, () -> make.tensor(Shape.of(0, 3, 1, 1)))
                .getMessage()));
    assertEquals(List.of(), cudnn.descriptors.leaked(), "the refused one is destroyed");
    var tensor = make.tensor(Shape.of(1, 1, 1, 1));
    tensor.close();
    tensor.close();
    assertEquals(
        "tensor descriptor: used after it was closed",
        String.valueOf(assertThrows(IllegalStateException.class, tensor::raw).getMessage()));
  }
}
