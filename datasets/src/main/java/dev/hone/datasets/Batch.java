package dev.hone.datasets;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.ByteImages;

/**
 * Some images of an epoch with their labels. Its arrays are the epoch's buffers: they are good
 * until the epoch's next {@link Epoch#next}, and are not to be written. The tensors made from it
 * are copies and stay. Images wait as bytes, with what was drawn for them; the backend augments and
 * normalises where it computes.
 */
public final class Batch {
  final byte[] pixels;
  final int[] changes;
  final int[] labels;
  final int[] indices;
  private final ByteImages images;
  private int number;

  /**
   * @param shape {@code [N, C, H, W]}
   * @param values {@code [C, 257]}, as {@link ByteImages} wants them
   */
  Batch(Shape shape, float[] values) {
    this.pixels = new byte[shape.size()];
    this.changes = new int[shape.dim(0) * ByteImages.WORDS];
    this.labels = new int[shape.dim(0)];
    this.indices = new int[shape.dim(0)];
    this.images = new ByteImages(shape, pixels, values, changes);
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
    return labels.length;
  }

  /** {@code [N, C, H, W]}. */
  public Shape shape() {
    return images.shape();
  }

  /** The classes {@code [N]}: the buffer itself. */
  public int[] labels() {
    return labels;
  }

  /** Which images of the data set these are, {@code [N]}: the buffer itself. */
  public int[] indices() {
    return indices;
  }

  /** The pixels {@code [N, C, H, W]}, row-major, augmented and normalised by the host: a copy. */
  public float[] images() {
    return images.toFloats();
  }

  /** The pixels as float32 {@code [N, C, H, W]}, augmented and normalised: a copy. */
  public Tensor images(Backend backend) {
    return backend.fromBytes(images);
  }

  /** The classes as int32 {@code [N]}, a copy. */
  public Tensor labels(Backend backend) {
    return Tensor.ofInts(backend, Shape.of(size()), labels);
  }
}
