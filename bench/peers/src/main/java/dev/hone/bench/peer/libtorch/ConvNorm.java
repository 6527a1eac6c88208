package dev.hone.bench.peer.libtorch;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A bias-free 3x3 convolution and its batch norm.
 *
 * @param w {@code [K, C, 3, 3]}
 * @param gamma {@code [K]}
 * @param beta {@code [K]}
 * @param mean {@code [K]}, running
 * @param variance {@code [K]}, running
 */
record ConvNorm(Tensor w, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, long stride)
    implements Layer {
  private static final double EPS = 1e-5;
  private static final double MOMENTUM = 0.1;
  private static final long[] ONES = {1, 1};

  /** The layer whose tensors are called {@code conv + ".weight"}, {@code norm + ".bias"}, ... */
  static ConvNorm of(Map<String, Tensor> state, String conv, String norm, long stride) {
    return new ConvNorm(
        Objects.requireNonNull(state.get(conv + ".weight")),
        Objects.requireNonNull(state.get(norm + ".weight")),
        Objects.requireNonNull(state.get(norm + ".bias")),
        Objects.requireNonNull(state.get(norm + ".running_mean")),
        Objects.requireNonNull(state.get(norm + ".running_var")),
        stride);
  }

  @Override
  public Tensor apply(Tensor x, Statistics statistics) {
    boolean alone = statistics == Statistics.OF_THE_BATCH_ONLY;
    return torch.batch_norm(
        convolve(x, w, Torch.NONE, stride),
        new TensorOptional(gamma),
        new TensorOptional(beta),
        alone ? Torch.NONE : new TensorOptional(mean),
        alone ? Torch.NONE : new TensorOptional(variance),
        statistics != Statistics.RUNNING,
        MOMENTUM,
        EPS,
        false);
  }

  @Override
  public ConvNorm constant() {
    return new ConvNorm(w.detach(), gamma.detach(), beta.detach(), mean, variance, stride);
  }

  /** w * scale and beta - mean * scale. */
  @Override
  public Layer folded() {
    Tensor scale = variance.add(new Scalar(EPS)).rsqrt_().mul_(gamma);
    Tensor bias = beta.sub(mean.mul(scale));
    return new Folded(w.mul(scale.view(-1, 1, 1, 1)), new TensorOptional(bias), stride);
  }

  /** A convolution into which eval-mode batch norm went. */
  private record Folded(Tensor w, TensorOptional bias, long stride) implements Layer {
    @Override
    public Tensor apply(Tensor x, Statistics statistics) {
      return convolve(x, w, bias, stride);
    }

    @Override
    public Layer constant() {
      return this;
    }

    @Override
    public Layer folded() {
      return this;
    }
  }

  private static Tensor convolve(Tensor x, Tensor w, TensorOptional bias, long stride) {
    return torch.conv2d(x, w, bias, new long[] {stride, stride}, ONES, ONES, 1);
  }
}
