package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CudaDriver;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.kernels.cuda.JcudaNatives;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.runtime.cudaStream_t;

/** cuDNN itself, through JCuda. Thin: each method is the call it is named after. */
final class JcudnnCalls implements CudnnCalls {
  /** Of {@code cudnnDeterminism_t}. */
  private static final int DETERMINISTIC = 1;

  /** Loads the library, which {@code CudaProbe} must have found. */
  JcudnnCalls() {
    JcudaNatives.load(List.of("jcuda.jcudnn.JCudnn"));
    JCudnn.setExceptionsEnabled(false);
  }

  /** Scaling factors are read before the call returns. */
  private static Pointer scale(float value) {
    return Pointer.to(new float[] {value});
  }

  private static Pointer at(long address) {
    return CudaDriver.pointer(address);
  }

  @Override
  public String getErrorString(int status) {
    return JCudnn.cudnnGetErrorString(status);
  }

  @Override
  public long getVersion() {
    return JCudnn.cudnnGetVersion();
  }

  @Override
  public int create(cudnnHandle handle) {
    return JCudnn.cudnnCreate(handle);
  }

  @Override
  public int destroy(cudnnHandle handle) {
    return JCudnn.cudnnDestroy(handle);
  }

  @Override
  public int setStream(cudnnHandle handle, GpuStream stream) {
    return JCudnn.cudnnSetStream(handle, new cudaStream_t(CudaDriver.handle(stream)));
  }

  @Override
  public int createTensorDescriptor(cudnnTensorDescriptor d) {
    return JCudnn.cudnnCreateTensorDescriptor(d);
  }

  @Override
  public int setTensor4dDescriptor(
      cudnnTensorDescriptor d, int format, int dataType, int n, int c, int h, int w) {
    return JCudnn.cudnnSetTensor4dDescriptor(d, format, dataType, n, c, h, w);
  }

  @Override
  public int destroyTensorDescriptor(cudnnTensorDescriptor d) {
    return JCudnn.cudnnDestroyTensorDescriptor(d);
  }

  @Override
  public int createFilterDescriptor(cudnnFilterDescriptor d) {
    return JCudnn.cudnnCreateFilterDescriptor(d);
  }

  @Override
  public int setFilter4dDescriptor(
      cudnnFilterDescriptor d, int dataType, int format, int k, int c, int h, int w) {
    return JCudnn.cudnnSetFilter4dDescriptor(d, dataType, format, k, c, h, w);
  }

  @Override
  public int destroyFilterDescriptor(cudnnFilterDescriptor d) {
    return JCudnn.cudnnDestroyFilterDescriptor(d);
  }

  @Override
  public int createConvolutionDescriptor(cudnnConvolutionDescriptor d) {
    return JCudnn.cudnnCreateConvolutionDescriptor(d);
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
    return JCudnn.cudnnSetConvolution2dDescriptor(
        d, padH, padW, strideH, strideW, dilationH, dilationW, mode, computeType);
  }

  @Override
  public int setConvolutionMathType(cudnnConvolutionDescriptor d, int mathType) {
    return JCudnn.cudnnSetConvolutionMathType(d, mathType);
  }

  @Override
  public int destroyConvolutionDescriptor(cudnnConvolutionDescriptor d) {
    return JCudnn.cudnnDestroyConvolutionDescriptor(d);
  }

  @Override
  public int getConvolution2dForwardOutputDim(
      cudnnConvolutionDescriptor d, cudnnTensorDescriptor x, cudnnFilterDescriptor w, int[] dims) {
    int[][] out = new int[4][1];
    int status =
        JCudnn.cudnnGetConvolution2dForwardOutputDim(d, x, w, out[0], out[1], out[2], out[3]);
    for (int i = 0; status == 0 && i < 4; i++) {
      dims[i] = out[i][0];
    }
    return status;
  }

  @Override
  public int getConvolutionForwardAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      List<Algorithm> found) {
    var all =
        new cudnnConvolutionFwdAlgoPerf[cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_COUNT];
    java.util.Arrays.setAll(all, i -> new cudnnConvolutionFwdAlgoPerf());
    int[] count = {0};
    int status =
        JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(handle, x, w, d, y, all.length, count, all);
    for (int i = 0; status == 0 && i < count[0]; i++) {
      found.add(
          algorithm(
              all[i].algo, all[i].status, all[i].determinism, all[i].mathType, all[i].memory));
    }
    return status;
  }

  private static Algorithm algorithm(
      int number, int status, int determinism, int mathType, long bytes) {
    return new Algorithm(number, status, determinism == DETERMINISTIC, mathType, bytes);
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
    return JCudnn.cudnnGetConvolutionForwardWorkspaceSize(handle, x, w, d, y, algorithm, bytes);
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
    return JCudnn.cudnnConvolutionForward(
        handle,
        scale(alpha),
        x,
        at(xData),
        w,
        at(wData),
        d,
        algorithm,
        at(workspace),
        bytes,
        scale(beta),
        y,
        at(yData));
  }

  @Override
  public int getConvolutionBackwardDataAlgorithm(
      cudnnHandle handle,
      cudnnFilterDescriptor w,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor dx,
      List<Algorithm> found) {
    var all =
        new cudnnConvolutionBwdDataAlgoPerf
            [cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT];
    java.util.Arrays.setAll(all, i -> new cudnnConvolutionBwdDataAlgoPerf());
    int[] count = {0};
    int status =
        JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
            handle, w, dy, d, dx, all.length, count, all);
    for (int i = 0; status == 0 && i < count[0]; i++) {
      found.add(
          algorithm(
              all[i].algo, all[i].status, all[i].determinism, all[i].mathType, all[i].memory));
    }
    return status;
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
    return JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
        handle, w, dy, d, dx, algorithm, bytes);
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
    return JCudnn.cudnnConvolutionBackwardData(
        handle,
        scale(alpha),
        w,
        at(wData),
        dy,
        at(dyData),
        d,
        algorithm,
        at(workspace),
        bytes,
        scale(beta),
        dx,
        at(dxData));
  }

  @Override
  public int getConvolutionBackwardFilterAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnFilterDescriptor dw,
      List<Algorithm> found) {
    var all =
        new cudnnConvolutionBwdFilterAlgoPerf
            [cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT];
    java.util.Arrays.setAll(all, i -> new cudnnConvolutionBwdFilterAlgoPerf());
    int[] count = {0};
    int status =
        JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
            handle, x, dy, d, dw, all.length, count, all);
    for (int i = 0; status == 0 && i < count[0]; i++) {
      found.add(
          algorithm(
              all[i].algo, all[i].status, all[i].determinism, all[i].mathType, all[i].memory));
    }
    return status;
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
    return JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
        handle, x, dy, d, dw, algorithm, bytes);
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
    return JCudnn.cudnnConvolutionBackwardFilter(
        handle,
        scale(alpha),
        x,
        at(xData),
        dy,
        at(dyData),
        d,
        algorithm,
        at(workspace),
        bytes,
        scale(beta),
        dw,
        at(dwData));
  }

  @Override
  public int createPoolingDescriptor(cudnnPoolingDescriptor d) {
    return JCudnn.cudnnCreatePoolingDescriptor(d);
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
    return JCudnn.cudnnSetPooling2dDescriptor(
        d, mode, nanPropagation, windowH, windowW, padH, padW, strideH, strideW);
  }

  @Override
  public int destroyPoolingDescriptor(cudnnPoolingDescriptor d) {
    return JCudnn.cudnnDestroyPoolingDescriptor(d);
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
    return JCudnn.cudnnPoolingForward(
        handle, d, scale(alpha), x, at(xData), scale(beta), y, at(yData));
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
    return JCudnn.cudnnPoolingBackward(
        handle,
        d,
        scale(alpha),
        y,
        at(yData),
        y,
        at(dyData),
        x,
        at(xData),
        scale(beta),
        x,
        at(dxData));
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
    return JCudnn.cudnnBatchNormalizationForwardTraining(
        handle,
        mode,
        scale(alpha),
        scale(beta),
        x,
        at(xData),
        x,
        at(yData),
        parameters,
        at(scale),
        at(bias),
        0,
        at(0),
        at(0),
        epsilon,
        at(savedMean),
        at(savedInverseDeviation));
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
    return JCudnn.cudnnBatchNormalizationForwardInference(
        handle,
        mode,
        scale(alpha),
        scale(beta),
        x,
        at(xData),
        x,
        at(yData),
        parameters,
        at(scale),
        at(bias),
        at(mean),
        at(variance),
        epsilon);
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
    return JCudnn.cudnnBatchNormalizationBackward(
        handle,
        mode,
        scale(alphaData),
        scale(betaData),
        scale(alphaParameters),
        scale(betaParameters),
        x,
        at(xData),
        x,
        at(dyData),
        x,
        at(dxData),
        parameters,
        at(scale),
        at(dscale),
        at(dbias),
        epsilon,
        at(savedMean),
        at(savedInverseDeviation));
  }
}
