package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BatchStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation per channel of {@code [N, C, H, W]} (Ioffe and Szegedy 2015, arXiv
 * 1502.03167), with PyTorch's names and constants. Parameters {@code weight} (gamma) and {@code
 * bias} (beta), buffers {@code running_mean} and {@code running_var}, {@code [C]} each, and int32
 * {@code num_batches_tracked} {@code []}.
 *
 * <p>In train mode the batch is normalised with its own mean and biased variance, and the running
 * statistics move by {@link #MOMENTUM} towards its mean and <b>unbiased</b> variance, as PyTorch
 * does. In eval mode the running statistics make it a multiplication and an addition.
 */
public final class BatchNorm2d extends Block {
  /** What is added to the variance under the root unless said otherwise. */
  public static final float EPS = 1e-5f;

  /** The share of a new batch in the running statistics. */
  public static final double MOMENTUM = 0.1;

  private final Parameter gamma;
  private final Parameter beta;
  private final Tensor runningMean;
  private final Tensor runningVariance;
  private final Tensor batchesTracked;
  private final float eps;

  public BatchNorm2d(int channels, Backend backend) {
    this(channels, EPS, backend);
  }

  /**
   * @param eps what is added to the variance under the root, where it is not {@link #EPS}
   */
  public BatchNorm2d(int channels, float eps, Backend backend) {
    this.eps = eps;
    Shape perChannel = Shape.of(channels);
    gamma = parameter("weight", Tensor.ones(backend, perChannel), false);
    beta = parameter("bias", Tensor.zeros(backend, perChannel), false);
    runningMean = buffer("running_mean", Tensor.zeros(backend, perChannel));
    runningVariance = buffer("running_var", Tensor.ones(backend, perChannel));
    batchesTracked = buffer("num_batches_tracked", Tensor.ofInts(backend, Shape.of(), 0));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    x.shape().requireRank("batch norm", "x", 4);
    return switch (mode) {
      case Mode.Train train -> normalize(x, null, false, train);
      case Mode.Eval _ -> affine(x.tape()).of(x);
      case Mode.Frozen frozen -> frozen.once(this, this::affine).on(x.tape()).of(x);
    };
  }

  /** act(batch norm of x with its own statistics + residual); moves the running ones if asked. */
  Variable normalize(Variable x, @Nullable Variable residual, boolean relu, Mode.Train mode) {
    int count = x.shape().size() / Math.max(x.shape().dim(1), 1);
    if (count < 2) {
      throw new ShapeException(
          "batch norm: train mode needs more than one value per channel, but x is "
              + x.shape()
              + "; use a larger batch, or eval mode");
    }
    BatchStatistics s = x.value().batchStatistics();
    var tape = x.tape();
    Variable y = x.batchNorm(s, gamma.on(tape), beta.on(tape), eps, residual, relu);
    if (mode.updatesStatistics()) {
      var running = new BatchStatistics(runningMean, runningVariance);
      double unbiased = count / (count - 1.0);
      x.value().backend().follow(running, s, MOMENTUM, unbiased, batchesTracked);
    }
    return y;
  }

  /** y = x * scale + shift, {@code [C]} each: what eval mode is. */
  record Affine(Variable scale, Variable shift) {
    /** The same values as constants of {@code tape}. */
    Affine on(Tape tape) {
      return new Affine(tape.constant(scale.value()), tape.constant(shift.value()));
    }

    private Variable of(Variable x) {
      int channels = scale.shape().dim(0);
      return x.times(scale.reshape(1, channels, 1, 1)).plus(shift.reshape(1, channels, 1, 1));
    }
  }

  /** Eval mode on {@code tape}; gradients flow to gamma and beta. */
  Affine affine(Tape tape) {
    Variable variance = tape.constant(runningVariance);
    Variable scale = gamma.on(tape).dividedBy(variance.plus(eps).sqrt());
    return new Affine(scale, beta.on(tape).minus(scale.times(tape.constant(runningMean))));
  }
}
