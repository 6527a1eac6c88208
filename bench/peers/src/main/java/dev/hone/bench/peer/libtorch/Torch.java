package dev.hone.bench.peer.libtorch;

import dev.hone.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Between Hone's tensors and libtorch's, and libtorch's memory, which Java must give back. */
final class Torch {
  /** No tensor. Kept, since it may be made within somebody's scope. */
  static final TensorOptional NONE = new TensorOptional().retainReference();

  private Torch() {}

  /** PyTorch's version and that of the presets, such as {@code 2.10.0-1.5.13}. */
  static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A copy in libtorch's memory, images and weights channels-last, int32 as int64. */
  static Tensor of(dev.hone.tensor.Tensor t) {
    long[] shape = Arrays.stream(t.shape().dims()).asLongStream().toArray();
    if (t.dtype() == DType.INT32) {
      return Tensor.create(Arrays.stream(t.toInts()).asLongStream().toArray(), shape);
    }
    Tensor rowMajor = Tensor.create(t.toFloats(), shape);
    return shape.length == 4 ? rowMajor.contiguous(torch.MemoryFormat.ChannelsLast) : rowMajor;
  }

  /** Row-major. */
  static float[] floats(Tensor t) {
    try (var scope = new PointerScope()) {
      Tensor rowMajor = t.detach().contiguous();
      float[] values = new float[Math.toIntExact(rowMajor.numel())];
      new FloatPointer(rowMajor.data_ptr_float()).get(values);
      return values;
    }
  }

  /** {@code work} whose temporary tensors go back at once, not when the collector comes. */
  static Runnable scoped(Runnable work) {
    return () -> {
      try (var scope = new PointerScope()) {
        work.run();
      }
    };
  }

  /** What {@code make} makes without recording, for whoever asks. */
  static <T> T withoutGradients(Supplier<T> make) {
    try (var guard = new NoGradGuard()) {
      return make.get();
    }
  }
}
