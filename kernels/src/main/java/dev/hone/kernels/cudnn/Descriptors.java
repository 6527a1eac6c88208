package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.cuda.GpuException;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.MathMode;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnPoolingMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** Makes cuDNN's handles and descriptors, each owned by whoever asked. */
record Descriptors(CudnnCalls cudnn) {
  private static final int FLOAT = cudnnDataType.CUDNN_DATA_FLOAT;
  private static final int NCHW = cudnnTensorFormat.CUDNN_TENSOR_NCHW;

  /** Throws what cuDNN says of {@code status}; its text, since its numbers differ by version. */
  void check(int status, String call) {
    if (status != 0) {
      throw new GpuException("cuDNN: cannot %s: %s".formatted(call, cudnn.getErrorString(status)));
    }
  }

  Owned<cudnnHandle> handle() {
    return Owned.create(
        "cuDNN handle", new cudnnHandle(), this::check, cudnn::create, cudnn::destroy);
  }

  /** A tensor, {@code [N, C, H, W]} row-major. */
  Owned<cudnnTensorDescriptor> tensor(Shape s) {
    return Owned.create(
            "tensor descriptor",
            new cudnnTensorDescriptor(),
            this::check,
            cudnn::createTensorDescriptor,
            cudnn::destroyTensorDescriptor)
        .set(
            s.toString(),
            d ->
                cudnn.setTensor4dDescriptor(
                    d, NCHW, FLOAT, s.dim(0), s.dim(1), s.dim(2), s.dim(3)));
  }

  /** Weights, {@code [K, C, KH, KW]} row-major. */
  Owned<cudnnFilterDescriptor> filter(Shape s) {
    return Owned.create(
            "filter descriptor",
            new cudnnFilterDescriptor(),
            this::check,
            cudnn::createFilterDescriptor,
            cudnn::destroyFilterDescriptor)
        .set(
            s.toString(),
            d ->
                cudnn.setFilter4dDescriptor(
                    d, FLOAT, NCHW, s.dim(0), s.dim(1), s.dim(2), s.dim(3)));
  }

  Owned<cudnnConvolutionDescriptor> convolution(Convolution c, MathMode math) {
    int type =
        switch (math) {
          case FMA -> cudnnMathType.CUDNN_FMA_MATH;
          case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH;
        };
    return Owned.create(
            "convolution descriptor",
            new cudnnConvolutionDescriptor(),
            this::check,
            cudnn::createConvolutionDescriptor,
            cudnn::destroyConvolutionDescriptor)
        .set(
            c.toString(),
            d ->
                cudnn.setConvolution2dDescriptor(
                    d,
                    c.padding(),
                    c.padding(),
                    c.stride(),
                    c.stride(),
                    c.dilation(),
                    c.dilation(),
                    cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                    FLOAT))
        .set(math + " math", d -> cudnn.setConvolutionMathType(d, type));
  }

  /**
   * Padding counts in an average, and a maximum's gradient goes to one place, as everywhere here.
   */
  Owned<cudnnPoolingDescriptor> pooling(Pool kind, Pooling p) {
    int mode =
        switch (kind) {
          case MAX -> cudnnPoolingMode.CUDNN_POOLING_MAX_DETERMINISTIC;
          case AVERAGE -> cudnnPoolingMode.CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
        };
    return Owned.create(
            "pooling descriptor",
            new cudnnPoolingDescriptor(),
            this::check,
            cudnn::createPoolingDescriptor,
            cudnn::destroyPoolingDescriptor)
        .set(
            p.toString(),
            d ->
                cudnn.setPooling2dDescriptor(
                    d,
                    mode,
                    cudnnNanPropagation.CUDNN_PROPAGATE_NAN,
                    p.kernel(),
                    p.kernel(),
                    p.padding(),
                    p.padding(),
                    p.stride(),
                    p.stride()));
  }
}
