package dev.hone.bench.peer.libtorch;

import org.bytedeco.pytorch.Tensor;

/** A convolution with its batch norm. */
interface Layer {
  /** What batch norm normalises with. */
  enum Statistics {
    /** Eval mode. */
    RUNNING,
    /** Train mode. */
    OF_THE_BATCH,
    /** Train mode that leaves the running ones alone. */
    OF_THE_BATCH_ONLY
  }

  /** {@code [N, C, H, W]} to {@code [N, K, H/stride, W/stride]}. */
  Tensor apply(Tensor x, Statistics statistics);

  /** The same memory, in which no gradient is wanted. */
  Layer constant();

  /** Eval mode as one convolution, with the weights of now. */
  Layer folded();
}
