package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.GpuStream;
import java.util.List;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;

/**
 * The functions of cuDNN that are used, one method each, under their names without {@code cudnn};
 * the numbers are the status codes. Device memory is given by address, 0 for none. Behind it are
 * the library itself and, in tests, a fake that keeps its rules.
 */
interface CudnnCalls {
  String getErrorString(int status);

  long getVersion();

  int create(cudnnHandle handle);

  int destroy(cudnnHandle handle);

  int setStream(cudnnHandle handle, GpuStream stream);

  int createTensorDescriptor(cudnnTensorDescriptor d);

  int setTensor4dDescriptor(
      cudnnTensorDescriptor d, int format, int dataType, int n, int c, int h, int w);

  int destroyTensorDescriptor(cudnnTensorDescriptor d);

  int createFilterDescriptor(cudnnFilterDescriptor d);

  int setFilter4dDescriptor(
      cudnnFilterDescriptor d, int dataType, int format, int k, int c, int h, int w);

  int destroyFilterDescriptor(cudnnFilterDescriptor d);

  int createConvolutionDescriptor(cudnnConvolutionDescriptor d);

  int setConvolution2dDescriptor(
      cudnnConvolutionDescriptor d,
      int padH,
      int padW,
      int strideH,
      int strideW,
      int dilationH,
      int dilationW,
      int mode,
      int computeType);

  int setConvolutionMathType(cudnnConvolutionDescriptor d, int mathType);

  int destroyConvolutionDescriptor(cudnnConvolutionDescriptor d);

  /** Writes n, c, h, w to {@code dims}. */
  int getConvolution2dForwardOutputDim(
      cudnnConvolutionDescriptor d, cudnnTensorDescriptor x, cudnnFilterDescriptor w, int[] dims);

  /** Adds to {@code found}, the best first. */
  int getConvolutionForwardAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      List<Algorithm> found);

  int getConvolutionForwardWorkspaceSize(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnFilterDescriptor w,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor y,
      int algorithm,
      long[] bytes);

  int convolutionForward(
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
      long yData);

  /** Adds to {@code found}, the best first. */
  int getConvolutionBackwardDataAlgorithm(
      cudnnHandle handle,
      cudnnFilterDescriptor w,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor dx,
      List<Algorithm> found);

  int getConvolutionBackwardDataWorkspaceSize(
      cudnnHandle handle,
      cudnnFilterDescriptor w,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnTensorDescriptor dx,
      int algorithm,
      long[] bytes);

  int convolutionBackwardData(
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
      long dxData);

  /** Adds to {@code found}, the best first. */
  int getConvolutionBackwardFilterAlgorithm(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnFilterDescriptor dw,
      List<Algorithm> found);

  int getConvolutionBackwardFilterWorkspaceSize(
      cudnnHandle handle,
      cudnnTensorDescriptor x,
      cudnnTensorDescriptor dy,
      cudnnConvolutionDescriptor d,
      cudnnFilterDescriptor dw,
      int algorithm,
      long[] bytes);

  int convolutionBackwardFilter(
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
      long dwData);

  int createPoolingDescriptor(cudnnPoolingDescriptor d);

  int setPooling2dDescriptor(
      cudnnPoolingDescriptor d,
      int mode,
      int nanPropagation,
      int windowH,
      int windowW,
      int padH,
      int padW,
      int strideH,
      int strideW);

  int destroyPoolingDescriptor(cudnnPoolingDescriptor d);

  int poolingForward(
      cudnnHandle handle,
      cudnnPoolingDescriptor d,
      float alpha,
      cudnnTensorDescriptor x,
      long xData,
      float beta,
      cudnnTensorDescriptor y,
      long yData);

  int poolingBackward(
      cudnnHandle handle,
      cudnnPoolingDescriptor d,
      float alpha,
      cudnnTensorDescriptor y,
      long yData,
      long dyData,
      cudnnTensorDescriptor x,
      long xData,
      float beta,
      long dxData);

  int batchNormalizationForwardTraining(
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
      long savedInverseDeviation);

  int batchNormalizationForwardInference(
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
      double epsilon);

  int batchNormalizationBackward(
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
      long savedInverseDeviation);
}
