package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/** Launches random.ptx. */
final class RandomKernels {
  private final CudaBackend backend;

  RandomKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** In [low, high), or low where the interval is empty. */
  Tensor uniform(Philox philox, long first, Shape shape, float low, float high) {
    boolean empty = low >= high;
    float bound = empty ? Float.POSITIVE_INFINITY : high;
    return draw(philox, first, shape, false, low, high - low, bound, Math.nextDown(high));
  }

  /** 0 with probability p, else {@code kept}. */
  Tensor mask(Philox philox, long first, Shape shape, float p, float kept) {
    return draw(philox, first, shape, true, p, 0, kept, 0);
  }

  /** Standard normal, of two words each. */
  Tensor normal(Philox philox, long first, Shape shape) {
    Tensor y = backend.empty(shape, DType.FLOAT32, null);
    return launch("normal", y, words(y, philox, first));
  }

  private Tensor draw(Philox philox, long first, Shape shape, boolean mask, float... numbers) {
    Tensor y = backend.empty(shape, DType.FLOAT32, null);
    return launch("uniform", y, words(y, philox, first).f32(numbers).u32(mask ? 1 : 0));
  }

  private static Arguments words(Tensor y, Philox philox, long first) {
    Arguments arguments = new Arguments().tensor(y).u32(y.shape().size());
    for (long word : new long[] {philox.seed(), philox.stream(), first}) {
      arguments.values().add(new KernelArgument.Long(word));
    }
    return arguments;
  }

  private Tensor launch(String entry, Tensor y, Arguments arguments) {
    if (y.shape().size() > 0) {
      backend.device().launch("random", entry, y.shape().size(), arguments);
    }
    return y;
  }
}
