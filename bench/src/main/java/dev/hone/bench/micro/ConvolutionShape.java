package dev.hone.bench.micro;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import java.util.List;

/**
 * A 3x3 convolution with padding 1: x {@code [N, in, size, size]}, w {@code [out, in, 3, 3]}, y
 * {@code [N, out, size/stride, size/stride]}.
 *
 * @param count how many of them ResNet-20 has
 */
public record ConvolutionShape(int in, int out, int size, int stride, int count) {
  private static final int KERNEL = 3;

  /** ResNet-20's, from its first layer to its last (He et al. 2016, section 4.2). */
  public static final List<ConvolutionShape> RESNET_20 =
      List.of(
          new ConvolutionShape(3, 16, 32, 1, 1),
          new ConvolutionShape(16, 16, 32, 1, 6),
          new ConvolutionShape(16, 32, 32, 2, 1),
          new ConvolutionShape(32, 32, 16, 1, 5),
          new ConvolutionShape(32, 64, 16, 2, 1),
          new ConvolutionShape(64, 64, 8, 1, 5));

  /** {@code [N, in, size, size]}. */
  public Shape x(int batch) {
    return Shape.of(batch, in, size, size);
  }

  /** {@code [out, in, 3, 3]}. */
  public Shape w() {
    return Shape.of(out, in, KERNEL, KERNEL);
  }

  /** {@code [N, out, size/stride, size/stride]}. */
  public Shape y(int batch) {
    return Shape.of(batch, out, size / stride, size / stride);
  }

  public Convolution geometry() {
    return new Convolution(stride, KERNEL / 2);
  }

  /**
   * Multiplications and additions of one pass, by the definition; all three passes cost the same.
   */
  public double flops(int batch) {
    return 2.0 * y(batch).size() * in * KERNEL * KERNEL;
  }

  /** Bytes of x, w and y: the least that one pass can move. */
  public double bytes(int batch) {
    return (double) Float.BYTES * (x(batch).size() + w().size() + y(batch).size());
  }

  /** Such as {@code 16->32@32 s2}. */
  @Override
  public String toString() {
    return in + "->" + out + "@" + size + (stride == 1 ? "" : " s" + stride);
  }
}
