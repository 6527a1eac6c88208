package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CachingAllocator;
import dev.hone.kernels.cuda.DeviceMemory;
import dev.hone.kernels.cuda.DnnProvider;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.kernels.cudnn.ConvolutionPlan.Direction;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.MathMode;
import java.util.HashMap;
import java.util.Map;
import jcuda.jcublas.cublasOperation;
import jcuda.jcudnn.cudnnBatchNormMode;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;

/**
 * The heavy operations by cuDNN and cuBLAS. Of each shape the descriptors, the algorithm and the
 * size of the workspace are found once and kept. Used by one thread at a time.
 */
final class CudnnProvider implements DnnProvider {
  private static final int SPATIAL = cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL;

  private final Descriptors make;
  private final CublasCalls cublas;
  private final CachingAllocator allocator;
  private final MathMode math;
  private final Map<GpuStream, Session> sessions = new HashMap<>();
  private final Map<PlanKey, ConvolutionPlan> plans = new HashMap<>();
  private final Map<Shape, Owned<cudnnTensorDescriptor>> tensors = new HashMap<>();
  private final Map<PoolKey, Owned<cudnnPoolingDescriptor>> pools = new HashMap<>();

  private record PlanKey(Direction direction, ConvolutionShapes shapes) {}

  private record PoolKey(Pool kind, Pooling window) {}

  CudnnProvider(CudnnCalls cudnn, CublasCalls cublas, CachingAllocator allocator, MathMode math) {
    this.make = new Descriptors(cudnn);
    this.cublas = cublas;
    this.allocator = allocator;
    this.math = math;
  }

  @Override
  public String name() {
    long v = make.cudnn().getVersion();
    String version = "cudnn %d.%d.%d".formatted(v / 10_000, v / 100 % 100, v % 100);
    return math == MathMode.FMA ? version : version + " (TF32)";
  }

  private Session session(GpuStream stream) {
    return sessions.computeIfAbsent(stream, s -> Session.on(s, make, cublas, allocator, math));
  }

  private ConvolutionPlan plan(cudnnHandle handle, Direction direction, ConvolutionShapes shapes) {
    return plans.computeIfAbsent(
        new PlanKey(direction, shapes),
        key -> ConvolutionPlan.of(make, handle, direction, shapes, math));
  }

  private cudnnTensorDescriptor tensor(Shape shape) {
    return tensors.computeIfAbsent(shape, make::tensor).raw();
  }

  private static float beta(boolean accumulate) {
    return accumulate ? 1 : 0;
  }

  /** A convolution's call, given its workspace. */
  @FunctionalInterface
  private interface Convolve {
    int call(cudnnHandle handle, ConvolutionPlan plan, long workspace);
  }

  private void convolve(
      GpuStream stream, Direction direction, ConvolutionShapes shapes, Convolve convolve) {
    cudnnHandle handle = session(stream).cudnn().raw();
    ConvolutionPlan plan = plan(handle, direction, shapes);
    String what = "do the %s of %s".formatted(direction, shapes);
    if (plan.workspaceBytes() == 0) {
      make.check(convolve.call(handle, plan, 0), what);
      return;
    }
    // Given back at once: what comes next on this stream runs behind the convolution.
    try (DeviceMemory workspace = allocator.allocate(plan.workspaceBytes(), stream)) {
      make.check(convolve.call(handle, plan, workspace.address()), what);
    }
  }

  @Override
  public void convolution(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory x,
      DeviceMemory w,
      DeviceMemory y,
      boolean accumulate) {
    requireRoom("convolution", "x", x, shapes.x());
    requireRoom("convolution", "w", w, shapes.w());
    requireRoom("convolution", "y", y, shapes.y());
    convolve(
        stream,
        Direction.FORWARD,
        shapes,
        (handle, p, workspace) ->
            make.cudnn()
                .convolutionForward(
                    handle,
                    1,
                    p.x().raw(),
                    x.address(),
                    p.w().raw(),
                    w.address(),
                    p.convolution().raw(),
                    p.algorithm(),
                    workspace,
                    p.workspaceBytes(),
                    beta(accumulate),
                    p.y().raw(),
                    y.address()));
  }

  @Override
  public void convolutionInputGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory w,
      DeviceMemory dx,
      boolean accumulate) {
    requireRoom("convolution", "dy", dy, shapes.y());
    requireRoom("convolution", "w", w, shapes.w());
    requireRoom("convolution", "dx", dx, shapes.x());
    convolve(
        stream,
        Direction.INPUT_GRADIENT,
        shapes,
        (handle, p, workspace) ->
            make.cudnn()
                .convolutionBackwardData(
                    handle,
                    1,
                    p.w().raw(),
                    w.address(),
                    p.y().raw(),
                    dy.address(),
                    p.convolution().raw(),
                    p.algorithm(),
                    workspace,
                    p.workspaceBytes(),
                    beta(accumulate),
                    p.x().raw(),
                    dx.address()));
  }

  @Override
  public void convolutionWeightGradient(
      GpuStream stream,
      ConvolutionShapes shapes,
      DeviceMemory dy,
      DeviceMemory x,
      DeviceMemory dw,
      boolean accumulate) {
    requireRoom("convolution", "dy", dy, shapes.y());
    requireRoom("convolution", "x", x, shapes.x());
    requireRoom("convolution", "dw", dw, shapes.w());
    convolve(
        stream,
        Direction.WEIGHT_GRADIENT,
        shapes,
        (handle, p, workspace) ->
            make.cudnn()
                .convolutionBackwardFilter(
                    handle,
                    1,
                    p.x().raw(),
                    x.address(),
                    p.y().raw(),
                    dy.address(),
                    p.convolution().raw(),
                    p.algorithm(),
                    workspace,
                    p.workspaceBytes(),
                    beta(accumulate),
                    p.w().raw(),
                    dw.address()));
  }

  /** Row-major c = op(a) op(b) is, read by columns as cuBLAS does, c^T = op(b)^T op(a)^T. */
  @Override
  public void matmul(
      GpuStream stream,
      ProductShapes s,
      DeviceMemory a,
      DeviceMemory b,
      DeviceMemory c,
      boolean accumulate) {
    long sizeA = (long) s.m() * s.k();
    long sizeB = (long) s.k() * s.n();
    long sizeC = (long) s.m() * s.n();
    requireRoom("matmul", "a", a, s.sharedA() ? sizeA : s.batch() * sizeA);
    requireRoom("matmul", "b", b, s.sharedB() ? sizeB : s.batch() * sizeB);
    requireRoom("matmul", "c", c, s.batch() * sizeC);
    Session.check(
        cublas.sgemmStridedBatched(
            session(stream).cublas().raw(),
            operation(s.transposedB()),
            operation(s.transposedA()),
            s.n(),
            s.m(),
            s.k(),
            1,
            b.address(),
            s.transposedB() ? s.k() : s.n(),
            s.sharedB() ? 0 : sizeB,
            a.address(),
            s.transposedA() ? s.m() : s.k(),
            s.sharedA() ? 0 : sizeA,
            beta(accumulate),
            c.address(),
            s.n(),
            sizeC,
            s.batch()),
        "do " + s);
  }

  private static int operation(boolean transposed) {
    return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  private cudnnPoolingDescriptor pooling(Pool kind, Pooling window) {
    return pools
        .computeIfAbsent(new PoolKey(kind, window), key -> make.pooling(kind, window))
        .raw();
  }

  @Override
  public void pool(
      GpuStream stream, Pool kind, Pooling window, Shape xShape, DeviceMemory x, DeviceMemory y) {
    Shape yShape = window.output(xShape);
    requireRoom("pooling", "x", x, xShape);
    requireRoom("pooling", "y", y, yShape);
    make.check(
        make.cudnn()
            .poolingForward(
                session(stream).cudnn().raw(),
                pooling(kind, window),
                1,
                tensor(xShape),
                x.address(),
                0,
                tensor(yShape),
                y.address()),
        "pool " + xShape);
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
    Shape yShape = window.output(xShape);
    requireRoom("pooling", "dy", dy, yShape);
    requireRoom("pooling", "y", y, yShape);
    requireRoom("pooling", "x", x, xShape);
    requireRoom("pooling", "dx", dx, xShape);
    make.check(
        make.cudnn()
            .poolingBackward(
                session(stream).cudnn().raw(),
                pooling(kind, window),
                1,
                tensor(yShape),
                y.address(),
                dy.address(),
                tensor(xShape),
                x.address(),
                0,
                dx.address()),
        "do the gradient of pooling " + xShape);
  }

  /** One number for each channel of x {@code [N, C, H, W]}, as cuDNN shapes them. */
  private static Shape perChannel(Shape x) {
    return Shape.of(1, x.dim(1), 1, 1);
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
    requireRoom("batch norm", "x", x, xShape);
    requireRoom("batch norm", "y", y, xShape);
    requirePerChannel(xShape, gamma, beta, mean, inverseDeviation);
    make.check(
        make.cudnn()
            .batchNormalizationForwardTraining(
                session(stream).cudnn().raw(),
                SPATIAL,
                1,
                0,
                tensor(xShape),
                x.address(),
                y.address(),
                tensor(perChannel(xShape)),
                gamma.address(),
                beta.address(),
                eps,
                mean.address(),
                inverseDeviation.address()),
        "normalise " + xShape);
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
    requireRoom("batch norm", "x", x, xShape);
    requireRoom("batch norm", "y", y, xShape);
    requirePerChannel(xShape, gamma, beta, mean, variance);
    make.check(
        make.cudnn()
            .batchNormalizationForwardInference(
                session(stream).cudnn().raw(),
                SPATIAL,
                1,
                0,
                tensor(xShape),
                x.address(),
                y.address(),
                tensor(perChannel(xShape)),
                gamma.address(),
                beta.address(),
                mean.address(),
                variance.address(),
                eps),
        "normalise " + xShape);
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
    requireRoom("batch norm", "dy", dy, xShape);
    requireRoom("batch norm", "x", x, xShape);
    requireRoom("batch norm", "dx", dx, xShape);
    requirePerChannel(xShape, gamma, mean, inverseDeviation, dgamma, dbeta);
    make.check(
        make.cudnn()
            .batchNormalizationBackward(
                session(stream).cudnn().raw(),
                SPATIAL,
                1,
                0,
                1,
                0,
                tensor(xShape),
                x.address(),
                dy.address(),
                dx.address(),
                tensor(perChannel(xShape)),
                gamma.address(),
                dgamma.address(),
                dbeta.address(),
                eps,
                mean.address(),
                inverseDeviation.address()),
        "do the gradient of normalising " + xShape);
  }

  private static void requirePerChannel(Shape x, DeviceMemory... parameters) {
    for (DeviceMemory p : parameters) {
      requireRoom("batch norm", "a parameter", p, perChannel(x));
    }
  }

  private static void requireRoom(String op, String name, DeviceMemory memory, Shape shape) {
    requireRoom(op, name, memory, (long) shape.size());
  }

  private static void requireRoom(String op, String name, DeviceMemory memory, long elements) {
    if (memory.bytes() < elements * Float.BYTES) {
      throw new IllegalArgumentException(
          "%s: %s has %d elements, but its memory holds %d"
              .formatted(op, name, elements, memory.bytes() / Float.BYTES));
    }
  }

  @Override
  public void close() {
    plans.values().forEach(ConvolutionPlan::close);
    tensors.values().forEach(Owned::close);
    pools.values().forEach(Owned::close);
    sessions.values().forEach(Session::close);
  }
}
