package dev.hone.datasets;

import dev.hone.tensor.Philox;
import dev.hone.tensor.backend.ByteImages;

/**
 * What is done to a training image, in this order: a crop of the original size at a random place of
 * the image padded with {@code padding} black pixels on every side; a horizontal flip of every
 * second image; a square of side {@code cutout} around a random pixel, clipped at the border,
 * replaced by the data set's mean colour (DeVries and Taylor, arXiv 1708.04552). Zero, false and
 * zero leave out a part.
 *
 * <p>An image's draws depend on the seed, the epoch and its index alone: not on the batch size, not
 * on its neighbours, not on threads.
 */
public record Augmentation(int padding, boolean flip, int cutout) {
  private static final long STREAM = 0x6175676d656e74L; // "augment"
  private static final Augmentation NONE = new Augmentation(0, false, 0);
  private static final Augmentation STANDARD = new Augmentation(4, true, 0);

  public Augmentation {
    if (padding < 0 || cutout < 0) {
      throw new IllegalArgumentException(
          "augmentation: padding and cutout are counts of pixels, but are "
              + padding
              + " and "
              + cutout
              + "; 0 leaves a part out");
    }
  }

  /** The image as it is. */
  public static Augmentation none() {
    return NONE;
  }

  /** Pad-4 crop and flip: the usual recipe for CIFAR (He et al., arXiv 1512.03385). */
  public static Augmentation standard() {
    return STANDARD;
  }

  public Augmentation withPadding(int padding) {
    return new Augmentation(padding, flip, cutout);
  }

  public Augmentation withFlip(boolean flip) {
    return new Augmentation(padding, flip, cutout);
  }

  public Augmentation withCutout(int cutout) {
    return new Augmentation(padding, flip, cutout);
  }

  /**
   * One image's draw. Pixel (y, x) comes from (y + down, x + right), or from (y + down, W - 1 - x +
   * right) if flipped; rows [cutTop, cutBottom) of columns [cutLeft, cutRight) are cut out.
   */
  record Draw(
      int down, int right, boolean flipped, int cutTop, int cutBottom, int cutLeft, int cutRight) {
    /** Writes it to {@code changes} from {@code at} on, as {@link ByteImages} wants it. */
    void writeTo(int[] changes, int at) {
      int[] words = {down, right, flipped ? 1 : 0, cutTop, cutBottom, cutLeft, cutRight};
      System.arraycopy(words, 0, changes, at, words.length);
    }
  }

  /** The words of one epoch. */
  static Philox random(long seed, int epoch) {
    return new Philox(seed, STREAM).split(epoch);
  }

  Draw draw(Philox epoch, int image, int height, int width) {
    Philox words = epoch.split(image);
    int down = words.below(2 * padding + 1, 0) - padding;
    int right = words.below(2 * padding + 1, 1) - padding;
    boolean flipped = flip && words.below(2, 2) == 1;
    int top = words.below(height, 3) - cutout / 2;
    int left = words.below(width, 4) - cutout / 2;
    return new Draw(
        down,
        right,
        flipped,
        Math.max(0, top),
        Math.min(height, top + cutout),
        Math.max(0, left),
        Math.min(width, left + cutout));
  }
}
