package dev.hone.kernels.cuda;

import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The oracle in the place of a library, on the emulator: it puts its work on the stream as cuDNN
 * would. What goes wrong with it is not a convolution's fault.
 */
final class HostDnnProvider implements DnnProvider {
  private static final ReferenceBackend ORACLE = ReferenceBackend.float32();

  private final EmulatorDriver driver;

  HostDnnProvider(EmulatorDriver driver) {
    this.driver = driver;
  }

  @Override
  public String name() {
    return "host";
  }

  /** What {@code memory} holds when the stream comes to it. */
  private Tensor read(long address, Shape shape) {
    return Tensor.of(ORACLE, shape, driver.emulator().floats(address, shape.size()));
  }

  private void write(long address, Tensor values) {
    float[] floats = values.toFloats();
    driver.emulator().copyIn(address, java.lang.foreign.MemorySegment.ofArray(floats));
  }

  /** Puts {@code to = result}, or {@code to += result}, on the stream. */
  private void put(GpuStream stream, DeviceMemory to, boolean add, Supplier<Tensor> result) {
    long address = to.address();
    EmulatorDriver.enqueue(
        stream,
        () -> {
          Tensor values = result.get();
          write(address, add ? values.plus(read(address, values.shape())) : values);
        });
  }

  @Override
  public void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      boolean accumulate) {
    long xs = x.address();
    long ws = w.address();
    put(
        stream,
        y,
        accumulate,
        () -> read(xs, shapes.x()).convolution(read(ws, shapes.w()), shapes.geometry()));
  }

  @Override
  public void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      boolean accumulate) {
    long dys = dy.address();
    long ws = w.address();
    put(
        stream,
        dx,
        accumulate,
        () ->
            read(dys, shapes.y())
                .convolutionInputGradient(read(ws, shapes.w()), shapes.x(), shapes.geometry()));
  }

  @Override
  public void convolutionWeightGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory dw,
      boolean accumulate) {
    long dys = dy.address();
    long xs = x.address();
    put(
        stream,
        dw,
        accumulate,
        () ->
            read(dys, shapes.y())
                .convolutionWeightGradient(read(xs, shapes.x()), shapes.w(), shapes.geometry()));
  }

  @Override
  public void matmul(
      GpuStream stream,
      ProductShapes s,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate) {
    long as = a.address();
    long bs = b.address();
    put(
        stream,
        c,
        accumulate,
        () -> {
          Tensor left = matrices(as, s.sharedA() ? 1 : s.batch(), s.m(), s.k(), s.transposedA());
          Tensor right = matrices(bs, s.sharedB() ? 1 : s.batch(), s.k(), s.n(), s.transposedB());
          return left.matmul(right).expand(Shape.of(s.batch(), s.m(), s.n()));
        });
  }

  private Tensor matrices(long address, int batch, int rows, int columns, boolean transposed) {
    return transposed
        ? read(address, Shape.of(batch, columns, rows)).transpose()
        : read(address, Shape.of(batch, rows, columns));
  }

  @Override
  public void pool(
      GpuStream stream, Pool kind, Pooling window, Shape xShape, DeviceMemory x, DeviceMemory y) {
    long xs = x.address();
    put(
        stream,
        y,
        false,
        () ->
            switch (kind) {
              case MAX -> read(xs, xShape).maxPool(window);
              case AVERAGE -> read(xs, xShape).averagePool(window);
            });
  }

  @Override
  public void poolGradient(
      GpuStream stream,
      Pool kind,
      Pooling window,
      Shape xShape,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory x,
      DeviceMemory dx) {
    long dys = dy.address();
    long xs = x.address();
    Shape out = window.output(xShape);
    put(
        stream,
        dx,
        false,
        () ->
            switch (kind) {
              case MAX -> read(dys, out).maxPoolGradient(read(xs, xShape), window);
              case AVERAGE -> read(dys, out).averagePoolGradient(xShape, window);
            });
  }

  private static Shape perChannel(Shape x) {
    return Shape.of(x.dim(1));
  }

  @Override
  public void batchNormTraining(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory y,
      DeviceMemory mean,
      DeviceMemory inverseDeviation) {
    long xs = x.address();
    long means = mean.address();
    long inverses = inverseDeviation.address();
    long gammas = gamma.address();
    long betas = beta.address();
    put(
        stream,
        y,
        false,
        () -> {
          Tensor values = read(xs, xShape);
          BatchStatistics s = values.batchStatistics();
          write(means, s.mean());
          write(inverses, s.variance().plus(eps).sqrt().reciprocal());
          Shape c = perChannel(xShape);
          return values.batchNorm(s, read(gammas, c), read(betas, c), (float) eps, null, false);
        });
  }

  @Override
  public void batchNormInference(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory beta,
      DeviceMemory mean,
      DeviceMemory variance,
      DeviceMemory y) {
    long[] at =
        Arrays.stream(new DeviceMemory[] {x, gamma, beta, mean, variance})
            .mapToLong(DeviceMemory::address)
            .toArray();
    put(
        stream,
        y,
        false,
        () -> {
          Shape c = perChannel(xShape);
          var s = new BatchStatistics(read(at[3], c), read(at[4], c));
          return read(at[0], xShape)
              .batchNorm(s, read(at[1], c), read(at[2], c), (float) eps, null, false);
        });
  }

  @Override
  public void batchNormGradient(
      GpuStream stream,
      Shape xShape,
      double eps,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory gamma,
      DeviceMemory mean,
      DeviceMemory inverseDeviation,
      DeviceMemory dx,
      DeviceMemory dgamma,
      DeviceMemory dbeta) {
    long[] at =
        Arrays.stream(new DeviceMemory[] {dy, x, gamma, mean, inverseDeviation, dgamma, dbeta})
            .mapToLong(DeviceMemory::address)
            .toArray();
    put(
        stream,
        dx,
        false,
        () -> {
          Shape c = perChannel(xShape);
          Tensor inverse = read(at[4], c);
          Tensor variance = inverse.times(inverse).reciprocal().minus(eps);
          BatchNormGradient g =
              ORACLE.batchNormGradient(
                  read(at[0], xShape),
                  null,
                  read(at[1], xShape),
                  new BatchStatistics(read(at[3], c), variance),
                  read(at[2], c),
                  (float) eps,
                  true,
                  false);
          write(at[5], g.dgamma());
          write(at[6], g.dbeta());
          return Objects.requireNonNull(g.dx(), "dx was asked for");
        });
  }

  @Override
  public void close() {}
}
