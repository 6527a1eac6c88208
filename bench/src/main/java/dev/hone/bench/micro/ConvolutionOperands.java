package dev.hone.bench.micro;

import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/**
 * The operands of a convolution's passes, row-major; the same numbers for every engine.
 *
 * @param x {@code [N, in, size, size]}
 * @param w {@code [out, in, 3, 3]}
 * @param dy {@code [N, out, size/stride, size/stride]}
 */
public record ConvolutionOperands(Tensor x, Tensor w, Tensor dy) {
  private static final long SEED = 7;

  public static ConvolutionOperands of(Backend backend, ConvolutionShape shape, int batch) {
    var random = Random.of(backend, SEED);
    return new ConvolutionOperands(
        random.split(0).normal(shape.x(batch)),
        random.split(1).normal(shape.w()),
        random.split(2).normal(shape.y(batch)));
  }

  /** The weights {@code [C, C, 1, 1]} of a convolution that changes nothing. */
  static Tensor identity(Backend backend, int channels) {
    float[] ones = new float[channels * channels];
    for (int c = 0; c < channels; c++) {
      ones[c * channels + c] = 1;
    }
    return Tensor.of(backend, Shape.of(channels, channels, 1, 1), ones);
  }
}
