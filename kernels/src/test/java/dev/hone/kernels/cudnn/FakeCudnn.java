package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.EmulatorDriver;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;

/**
 * A cuDNN that keeps the rules and computes with the oracle, on the stream it was given:
 * descriptors made, set and destroyed; algorithms asked for and given the workspace they need;
 * alpha and beta. Of an error it returns the status and leaves nonsense in out-parameters, as the
 * library does.
 */
final class FakeCudnn implements CudnnCalls {
  private static final int UNSUPPORTED = 3000;
  private static final int FMA = 3;
  private static final int DEFAULT = 0;
  private static final int TENSOR_OP = 1;

  /** The only proposal that is possible and deterministic. */
  private static final int CHOSEN = 5;

  final FakeDescriptors descriptors = new FakeDescriptors();

  /** The names of the calls that put work on a stream, with the math of convolutions. */
  final List<String> launched = new ArrayList<>();

  /** How many times algorithms were looked for. */
  int searches;

  /** Whether all proposals are nondeterministic. */
  boolean onlyAtomics;

  private final FakeMemory memory;
  private final Map<Object, GpuStream> streams = new IdentityHashMap<>();

  FakeCudnn(FakeMemory memory) {
    this.memory = memory;
  }

  private int run(cudnnHandle handle, String call, Runnable work) {
    descriptors.require(handle);
    GpuStream stream = streams.get(handle);
    if (stream == null) {
      throw new AssertionError(call + " on no stream");
    }
    launched.add(call);
    EmulatorDriver.enqueue(stream, work);
    return FakeDescriptors.OK;
  }

  @Override
  public String getErrorString(int status) {
    return status == UNSUPPORTED
        ? "CUDNN_STATUS_NOT_SUPPORTED"
        : status == FakeDescriptors.BAD_PARAMETER ? "CUDNN_STATUS_BAD_PARAM" : "CUDNN_" + status;
  }

  @Override
  public long getVersion() {
    return 90500;
  }

  @Override
  public int create(cudnnHandle handle) {
    return descriptors.create(handle);
  }

  @Override
  public int destroy(cudnnHandle handle) {
    return descriptors.destroy(handle);
  }

  @Override
  public int setStream(cudnnHandle handle, GpuStream stream) {
    descriptors.require(handle);
    streams.put(handle, stream);
    return FakeDescriptors.OK;
  }

  @Override
  public int createTensorDescriptor(cudnnTensorDescriptor d) {
    return descriptors.create(d);
  }

  @Override
  public int setTensor4dDescriptor(
      cudnnTensorDescriptor d, int format, int dataType, int n, int c, int h, int w) {
    return format != 0 || dataType != 0
        ? FakeDescriptors.BAD_PARAMETER
        : descriptors.set(d, 0, n, c, h, w);
  }

  @Override
  public int destroyTensorDescriptor(cudnnTensorDescriptor d) {
    return descriptors.destroy(d);
  }

  @Override
  public int createFilterDescriptor(cudnnFilterDescriptor d) {
    return descriptors.create(d);
  }

  @Override
  public int setFilter4dDescriptor(
      cudnnFilterDescriptor d, int dataType, int format, int k, int c, int h, int w) {
    return format != 0 || dataType != 0
        ? FakeDescriptors.BAD_PARAMETER
        : descriptors.set(d, 0, k, c, h, w);
  }

  @Override
  public int destroyFilterDescriptor(cudnnFilterDescriptor d) {
    return descriptors.destroy(d);
  }

  @Override
  public int createConvolutionDescriptor(cudnnConvolutionDescriptor d) {
    return descriptors.create(d);
  }

  @Override
  public int setConvolution2dDescriptor(
      cudnnConvolutionDescriptor d,
      int padH,
      int padW,
      int strideH,
      int strideW,
      int dilationH,
      int dilationW,
      int mode,
      int computeType) {
    return padH != padW || mode != 1 || computeType != 0
        ? FakeDescriptors.BAD_PARAMETER
        : descriptors.set(d, 2, DEFAULT, padH, strideH, strideW, dilationH, dilationW);
  }

  @Override
  public int setConvolutionMathType(cudnnConvolutionDescriptor d, int mathType) {
    int[] settings = descriptors.get(d).clone();
    settings[0] = mathType;
    return descriptors.set(d, 2, settings);
  }

  @Override
  public int destroyConvolutionDescriptor(cudnnConvolutionDescriptor d) {
    return descriptors.destroy(d);
  }

  private Shape shape(Object d) {
    return Shape.of(descriptors.get(d));
  }

  private Convolution geometry(cudnnConvolutionDescriptor d) {
    int[] s = descriptors.get(d);
    return new Convolution(s[2], s[1], s[4]);
  }

  private String math(cudnnConvolutionDescriptor d) {
    int type = descriptors.get(d)[0];
    return type == FMA ? "FMA" : "math " + type;
  }

  @Override
  public int getConvolution2dForwardOutputDim(
      cudnnConvolutionDescriptor d, cudnnTensorDescriptor x, cudnnFilterDescriptor w, int[] dims) {
    System.arraycopy(geometry(d).output(shape(x), shape(w)).dims(), 0, dims, 0, 4);
    return FakeDescriptors.OK;
  }

  /** An impossible one, one with atomics, one with too much workspace, and one that will do. */
  private int propose(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      List<Algorithm> found) {
    descriptors.require(handle);
    searches++;
    if (!geometry(d).output(shape(x), shape(w)).equals(shape(y))) {
      return FakeDescriptors.BAD_PARAMETER;
    }
    int type = descriptors.get(d)[0] == FMA ? FMA : TENSOR_OP;
    found.add(new Algorithm(6, UNSUPPORTED, true, type, 0));
    found.add(new Algorithm(0, 0, false, type, 0));
    found.add(new Algorithm(1, 0, true, type, 1L << 40));
    if (!onlyAtomics) {
      found.add(new Algorithm(CHOSEN, 0, true, type, 4));
    }
    return FakeDescriptors.OK;
  }

  /** Larger than the proposal said: what counts is what this call says. */
  private static long needed(Shape x) {
    return 4L * x.size();
  }

  private int workspace(cudnnHandle handle, Shape x, int algorithm, long[] bytes) {
    descriptors.require(handle);
    bytes[0] = algorithm == CHOSEN ? needed(x) : Long.MIN_VALUE;
    return algorithm == CHOSEN ? FakeDescriptors.OK : UNSUPPORTED;
  }

  /** The work of a convolution: its scratch is overwritten, so that whoever shares it notices. */
  private int convolve(
      cudnnHandle handle,
      String call,
      int algorithm,
      long workspace,
      long bytes,
      Shape x,
      Runnable work) {
    if (algorithm != CHOSEN) {
      return UNSUPPORTED;
    }
    if (workspace == 0 || bytes < needed(x)) {
      return FakeDescriptors.BAD_PARAMETER;
    }
    return run(
        handle,
        call,
        () -> {
          memory.blend(
              workspace,
              Float.NaN,
              memory.oracle().full(x, dev.hone.tensor.DType.FLOAT32, 1, null),
              0);
          work.run();
        });
  }

  @Override
  public int getConvolutionForwardAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      List<Algorithm> found) {
    return propose(handle, x, w, d, y, found);
  }

  @Override
  public int getConvolutionForwardWorkspaceSize(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      int algorithm,
      long[] bytes) {
    return workspace(handle, shape(x), algorithm, bytes);
  }

  @Override
  public int convolutionForward(
      cudnnHandle handle,
      float alpha,
      cudnnTensorDescriptor x,
      long xData,
      cudnnFilterDescriptor w,
      long wData,
      cudnnConvolutionDescriptor d,
      int algorithm,
      long workspace,
      long bytes,
      float beta,
      cudnnTensorDescriptor y,
      long yData) {
    Shape xs = shape(x);
    Shape ws = shape(w);
    Convolution c = geometry(d);
    requireShape(y, c.output(xs, ws));
    return convolve(
        handle,
        "forward " + math(d),
        algorithm,
        workspace,
        bytes,
        xs,
        () ->
            memory.blend(
                yData, alpha, memory.read(xData, xs).convolution(memory.read(wData, ws), c), beta));
  }

  private void requireShape(Object d, Shape expected) {
    if (!shape(d).equals(expected)) {
      throw new AssertionError(shape(d) + " described, but it must be " + expected);
    }
  }

  @Override
  public int getConvolutionBackwardDataAlgorithm(
      cudnnHandle handle,
      cudnnFilterDescriptor w,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor dx,
      List<Algorithm> found) {
    return propose(handle, dx, w, d, dy, found);
  }

  @Override
  public int getConvolutionBackwardDataWorkspaceSize(
      cudnnHandle handle,
      cudnnFilterDescriptor w,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor dx,
      int algorithm,
      long[] bytes) {
    return workspace(handle, shape(dx), algorithm, bytes);
  }

  @Override
  public int convolutionBackwardData(
      cudnnHandle handle,
      float alpha,
      cudnnFilterDescriptor w,
      long wData,
      cudnnTensorDescriptor dy,
      long dyData,
      cudnnConvolutionDescriptor d,
      int algorithm,
      long workspace,
      long bytes,
      float beta,
      cudnnTensorDescriptor dx,
      long dxData) {
    Shape xs = shape(dx);
    Shape ws = shape(w);
    Convolution c = geometry(d);
    requireShape(dy, c.output(xs, ws));
    Shape ys = shape(dy);
    return convolve(
        handle,
        "backward data " + math(d),
        algorithm,
        workspace,
        bytes,
        xs,
        () ->
            memory.blend(
                dxData,
                alpha,
                memory
                    .oracle()
                    .convolutionInputGradient(
                        memory.read(dyData, ys), memory.read(wData, ws), xs, c, null, null),
                beta));
  }

  @Override
  public int getConvolutionBackwardFilterAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnFilterDescriptor dw,
      List<Algorithm> found) {
    return propose(handle, x, dw, d, dy, found);
  }

  @Override
  public int getConvolutionBackwardFilterWorkspaceSize(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnFilterDescriptor dw,
      int algorithm,
      long[] bytes) {
    return workspace(handle, shape(x), algorithm, bytes);
  }

  @Override
  public int convolutionBackwardFilter(
      cudnnHandle handle,
      float alpha,
      cudnnTensorDescriptor x,
      long xData,
      cudnnTensorDescriptor dy,
      long dyData,
      cudnnConvolutionDescriptor d,
      int algorithm,
      long workspace,
      long bytes,
      float beta,
      cudnnFilterDescriptor dw,
      long dwData) {
    Shape xs = shape(x);
    Shape ws = shape(dw);
    Convolution c = geometry(d);
    requireShape(dy, c.output(xs, ws));
    Shape ys = shape(dy);
    return convolve(
        handle,
        "backward filter " + math(d),
        algorithm,
        workspace,
        bytes,
        xs,
        () ->
            memory.blend(
                dwData,
                alpha,
                memory
                    .oracle()
                    .convolutionWeightGradient(
                        memory.read(dyData, ys), memory.read(xData, xs), ws, c),
                beta));
  }

  @Override
  public int createPoolingDescriptor(cudnnPoolingDescriptor d) {
    return descriptors.create(d);
  }

  @Override
  public int setPooling2dDescriptor(
      cudnnPoolingDescriptor d,
      int mode,
      int nanPropagation,
      int windowH,
      int windowW,
      int padH,
      int padW,
      int strideH,
      int strideW) {
    return nanPropagation != 1 || padH != padW
        ? FakeDescriptors.BAD_PARAMETER
        : descriptors.set(d, 2, mode, padH, windowH, windowW, strideH, strideW);
  }

  @Override
  public int destroyPoolingDescriptor(cudnnPoolingDescriptor d) {
    return descriptors.destroy(d);
  }

  private Pooling window(cudnnPoolingDescriptor d) {
    int[] s = descriptors.get(d);
    return new Pooling(s[2], s[4], s[1]);
  }

  /** Mode 3 is the deterministic maximum, 1 the average that counts padding. */
  private <T> T byMode(cudnnPoolingDescriptor d, T maximum, T average) {
    int mode = descriptors.get(d)[0];
    if (mode != 3 && mode != 1) {
      throw new AssertionError("pooling mode " + mode);
    }
    return mode == 3 ? maximum : average;
  }

  @Override
  public int poolingForward(
      cudnnHandle handle,
      cudnnPoolingDescriptor d,
      float alpha,
      cudnnTensorDescriptor x,
      long xData,
      float beta,
      cudnnTensorDescriptor y,
      long yData) {
    Shape xs = shape(x);
    Pooling p = window(d);
    requireShape(y, p.output(xs));
    Function<Tensor, Tensor> max = t -> memory.oracle().maxPool(t, p);
    Function<Tensor, Tensor> average = t -> memory.oracle().averagePool(t, p);
    Function<Tensor, Tensor> f = byMode(d, max, average);
    return run(
        handle, "pooling", () -> memory.blend(yData, alpha, f.apply(memory.read(xData, xs)), beta));
  }

  @Override
  public int poolingBackward(
      cudnnHandle handle,
      cudnnPoolingDescriptor d,
      float alpha,
      cudnnTensorDescriptor y,
      long yData,
      long dyData,
      cudnnTensorDescriptor x,
      long xData,
      float beta,
      long dxData) {
    Shape xs = shape(x);
    Pooling p = window(d);
    requireShape(y, p.output(xs));
    Shape ys = shape(y);
    Function<Tensor, Tensor> max =
        dy -> memory.oracle().maxPoolGradient(dy, memory.read(xData, xs), p);
    Function<Tensor, Tensor> average = dy -> memory.oracle().averagePoolGradient(dy, xs, p);
    Function<Tensor, Tensor> f = byMode(d, max, average);
    return run(
        handle,
        "pooling backward",
        () -> {
          memory.floats(yData, ys.size());
          memory.blend(dxData, alpha, f.apply(memory.read(dyData, ys)), beta);
        });
  }

  private Shape channels(cudnnTensorDescriptor x, cudnnTensorDescriptor parameters) {
    int c = shape(x).dim(1);
    requireShape(parameters, Shape.of(1, c, 1, 1));
    return Shape.of(c);
  }

  private static void requireSpatial(int mode) {
    if (mode != 1) {
      throw new AssertionError("batch norm mode " + mode + " is not per channel");
    }
  }

  @Override
  public int batchNormalizationForwardTraining(
      cudnnHandle handle,
      int mode,
      float alpha,
      float beta,
      cudnnTensorDescriptor x,
      long xData,
      long yData,
      cudnnTensorDescriptor parameters,
      long scale,
      long bias,
      double epsilon,
      long savedMean,
      long savedInverseDeviation) {
    requireSpatial(mode);
    Shape xs = shape(x);
    Shape c = channels(x, parameters);
    return run(
        handle,
        "batch norm training",
        () -> {
          Tensor input = memory.read(xData, xs);
          BatchStatistics s = memory.oracle().batchStatistics(input);
          memory.blend(
              yData,
              alpha,
              memory
                  .oracle()
                  .batchNorm(
                      input,
                      s,
                      memory.read(scale, c),
                      memory.read(bias, c),
                      (float) epsilon,
                      null,
                      false),
              beta);
          memory.blend(savedMean, 1, s.mean(), 0);
          memory.blend(savedInverseDeviation, 1, inverse(s.variance(), epsilon), 0);
        });
  }

  private Tensor inverse(Tensor variance, double epsilon) {
    float[] v = variance.toFloats();
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (1 / Math.sqrt(v[i] + epsilon));
    }
    return Tensor.of(memory.oracle(), variance.shape(), v);
  }

  @Override
  public int batchNormalizationForwardInference(
      cudnnHandle handle,
      int mode,
      float alpha,
      float beta,
      cudnnTensorDescriptor x,
      long xData,
      long yData,
      cudnnTensorDescriptor parameters,
      long scale,
      long bias,
      long mean,
      long variance,
      double epsilon) {
    requireSpatial(mode);
    Shape xs = shape(x);
    Shape c = channels(x, parameters);
    return run(
        handle,
        "batch norm inference",
        () ->
            memory.blend(
                yData,
                alpha,
                memory
                    .oracle()
                    .batchNorm(
                        memory.read(xData, xs),
                        new BatchStatistics(memory.read(mean, c), memory.read(variance, c)),
                        memory.read(scale, c),
                        memory.read(bias, c),
                        (float) epsilon,
                        null,
                        false),
                beta));
  }

  @Override
  public int batchNormalizationBackward(
      cudnnHandle handle,
      int mode,
      float alphaData,
      float betaData,
      float alphaParameters,
      float betaParameters,
      cudnnTensorDescriptor x,
      long xData,
      long dyData,
      long dxData,
      cudnnTensorDescriptor parameters,
      long scale,
      long dscale,
      long dbias,
      double epsilon,
      long savedMean,
      long savedInverseDeviation) {
    requireSpatial(mode);
    Shape xs = shape(x);
    Shape c = channels(x, parameters);
    return run(
        handle,
        "batch norm backward",
        () -> {
          float[] inverse = memory.floats(savedInverseDeviation, c.size());
          for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) (1.0 / inverse[i] / inverse[i] - epsilon);
          }
          var s =
              new BatchStatistics(
                  memory.read(savedMean, c), Tensor.of(memory.oracle(), c, inverse));
          BatchNormGradient g =
              memory
                  .oracle()
                  .batchNormGradient(
                      memory.read(dyData, xs),
                      null,
                      memory.read(xData, xs),
                      s,
                      memory.read(scale, c),
                      (float) epsilon,
                      true,
                      false);
          memory.blend(dxData, alphaData, java.util.Objects.requireNonNull(g.dx()), betaData);
          memory.blend(dscale, alphaParameters, g.dgamma(), betaParameters);
          memory.blend(dbias, alphaParameters, g.dbeta(), betaParameters);
        });
  }
}
