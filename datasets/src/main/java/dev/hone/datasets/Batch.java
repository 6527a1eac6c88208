package dev.hone.datasets;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;

/**
 * Some images of an epoch with their labels. Its arrays are the epoch's buffers: they are good
 * until the epoch's next {@link Epoch#next}, and are not to be written. The tensors made from it
 * are copies and stay.
 */
public final class Batch {
  final float[] images;
  final int[] labels;
  final int[] indices;
  private final Shape shape;
  private int number;

  Batch(Shape shape) {
    this.shape = shape;
    this.images = new float[shape.size()];
    this.labels = new int[shape.dim(0)];
    this.indices = new int[shape.dim(0)];
  }

  void number(int number) {
    this.number = number;
  }

  /** The place of this batch in its epoch, from 0; {@code number() + 1} is where to resume. */
  public int number() {
    return number;
  }

  /** The number of images, N. */
  public int size() {
    return shape.dim(0);
  }

  /** {@code [N, C, H, W]}. */
  public Shape shape() {
    return shape;
  }

  /** The pixels {@code [N, C, H, W]}, row-major: the buffer itself. */
  public float[] images() {
    return images;
  }

  /** The classes {@code [N]}: the buffer itself. */
  public int[] labels() {
    return labels;
  }

  /** Which images of the data set these are, {@code [N]}: the buffer itself. */
  public int[] indices() {
    return indices;
  }

  /** The pixels as float32 {@code [N, C, H, W]}, a copy. */
  public Tensor images(Backend backend) {
    return Tensor.of(backend, shape, images);
  }

  /** The classes as int32 {@code [N]}, a copy. */
  public Tensor labels(Backend backend) {
    return Tensor.ofInts(backend, Shape.of(size()), labels);
  }
}
