package dev.hone.bench.peer.libtorch;

import dev.hone.bench.micro.Workload.ConvolutionPass.Pass;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One pass of a 3x3 convolution with padding 1.
 *
 * @param x {@code [N, C, H, W]}
 * @param w {@code [K, C, 3, 3]}
 * @param dy {@code [N, K, H/stride, W/stride]}
 */
record TorchConvolution(Tensor x, Tensor w, Tensor dy, long stride, Pass pass) {
  private static final long[] ONES = {1, 1};

  Tensor run() {
    return Torch.withoutGradients(() ->
        switch (pass) {
          case FORWARD -> torch.conv2d(x, w, Torch.NONE, strides(), ONES, ONES, 1);
          case BACKWARD_DATA -> backward(true, false).get0();
          case BACKWARD_WEIGHTS -> backward(false, true).get1();
        });
  }

  private T_TensorTensorTensor_T backward(boolean wantsDx, boolean wantsDw) {
    var wanted = new BoolPointer(3).put(0, wantsDx).put(1, wantsDw).put(2, false);
    return torch.convolution_backward(
        dy,
        x,
        w,
        new LongArrayRefOptional(),
        strides(),
        ONES,
        ONES,
        false,
        new long[] {0, 0},
        1,
        wanted);
  }

  private long[] strides() {
    return new long[] {stride, stride};
  }
}
