package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.GpuException;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.MathMode;
import java.util.ArrayList;
import java.util.List;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnTensorDescriptor;

/**
 * How one convolution, or one of its gradients, is done: descriptors, algorithm and workspace,
 * chosen once. The algorithm is the first of cuDNN's proposals that gives the same bits each time.
 *
 * @param algorithm cuDNN's number of it
 * @param workspaceBytes scratch that it needs; may be 0
 */
record ConvolutionPlan(
    Owned<cudnnTensorDescriptor> x,
    Owned<cudnnFilterDescriptor> w,
    Owned<cudnnConvolutionDescriptor> convolution,
    Owned<cudnnTensorDescriptor> y,
    int algorithm,
    long workspaceBytes)
    implements AutoCloseable {
  private static final long MOST_WORKSPACE = 256L << 20;

  /** Which of the three. */
  enum Direction {
    FORWARD,
    INPUT_GRADIENT,
    WEIGHT_GRADIENT
  }

  static ConvolutionPlan of(
      Descriptors make,
      cudnnHandle handle,
      Direction direction,
      ConvolutionShapes shapes,
      MathMode math) {
    var parts = new ArrayList<Owned<?>>();
    try {
      Owned<cudnnTensorDescriptor> x = kept(parts, make.tensor(shapes.x()));
      Owned<cudnnFilterDescriptor> w = kept(parts, make.filter(shapes.w()));
      var c = kept(parts, make.convolution(shapes.geometry(), math));
      requireSameOutput(make, shapes, x, w, c);
      Owned<cudnnTensorDescriptor> y = kept(parts, make.tensor(shapes.y()));
      var bare = new ConvolutionPlan(x, w, c, y, -1, 0);
      ConvolutionPlan plan = bare.choose(make, handle, direction, shapes);
      parts.clear();
      return plan;
    } finally {
      parts.forEach(Owned::close);
    }
  }

  private static <T> Owned<T> kept(List<Owned<?>> parts, Owned<T> part) {
    parts.add(part);
    return part;
  }

  /** Were cuDNN's idea of the output another than ours, it would write past its end. */
  private static void requireSameOutput(
      Descriptors make,
      ConvolutionShapes shapes,
      Owned<cudnnTensorDescriptor> x,
      Owned<cudnnFilterDescriptor> w,
      Owned<cudnnConvolutionDescriptor> c) {
    int[] dims = new int[4];
    make.check(
        make.cudnn().getConvolution2dForwardOutputDim(c.raw(), x.raw(), w.raw(), dims),
        "get the output's shape of " + shapes);
    if (!Shape.of(dims).equals(shapes.y())) {
      throw new GpuException(
          "cuDNN: says that %s gives %s, but we say %s"
              .formatted(shapes, Shape.of(dims), shapes.y()));
    }
  }

  private ConvolutionPlan choose(
      Descriptors make, cudnnHandle handle, Direction direction, ConvolutionShapes shapes) {
    var found = new ArrayList<Algorithm>();
    make.check(
        algorithms(make.cudnn(), handle, direction, found), "find an algorithm for " + shapes);
    Algorithm best =
        found.stream()
            .filter(a -> a.status() == 0 && a.deterministic() && a.bytes() <= MOST_WORKSPACE)
            .findFirst()
            .orElseThrow(() ->
                new GpuException(
                    "cuDNN: has no deterministic algorithm for the %s of %s; use the ptx"
                            .formatted(direction, shapes)
                        + " provider"));
    make.check(
        make.cudnn().setConvolutionMathType(convolution.raw(), best.mathType()),
        "set the math of " + shapes);
    long[] bytes = {0};
    make.check(
        workspace(make.cudnn(), handle, direction, best.number(), bytes),
        "get the workspace of " + shapes);
    return new ConvolutionPlan(x, w, convolution, y, best.number(), bytes[0]);
  }

  private int algorithms(
      CudnnCalls cudnn, cudnnHandle handle, Direction direction, List<Algorithm> found) {
    return switch (direction) {
      case FORWARD ->
          cudnn.getConvolutionForwardAlgorithm(
              handle, x.raw(), w.raw(), convolution.raw(), y.raw(), found);
      case INPUT_GRADIENT ->
          cudnn.getConvolutionBackwardDataAlgorithm(
              handle, w.raw(), y.raw(), convolution.raw(), x.raw(), found);
      case WEIGHT_GRADIENT ->
          cudnn.getConvolutionBackwardFilterAlgorithm(
              handle, x.raw(), y.raw(), convolution.raw(), w.raw(), found);
    };
  }

  private int workspace(
      CudnnCalls cudnn, cudnnHandle handle, Direction direction, int number, long[] bytes) {
    return switch (direction) {
      case FORWARD ->
          cudnn.getConvolutionForwardWorkspaceSize(
              handle, x.raw(), w.raw(), convolution.raw(), y.raw(), number, bytes);
      case INPUT_GRADIENT ->
          cudnn.getConvolutionBackwardDataWorkspaceSize(
              handle, w.raw(), y.raw(), convolution.raw(), x.raw(), number, bytes);
      case WEIGHT_GRADIENT ->
          cudnn.getConvolutionBackwardFilterWorkspaceSize(
              handle, x.raw(), y.raw(), convolution.raw(), w.raw(), number, bytes);
    };
  }

  @Override
  public void close() {
    x.close();
    w.close();
    convolution.close();
    y.close();
  }
}
