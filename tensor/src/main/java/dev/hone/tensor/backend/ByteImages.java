package dev.hone.tensor.backend;

import dev.hone.tensor.Shape;
import java.util.Arrays;

/**
 * Images as bytes and what becomes of each on its way into a float32 batch {@code [N, C, H, W]}: it
 * is shifted, flipped, looked up and cut out. So whatever is drawn at random is drawn by the host,
 * a device gets a quarter of the bytes, and the batch is the same on each, to the bit.
 *
 * <p>Pixel (y, x) comes from (y + down, x + right), or from (y + down, W - 1 - x + right) where the
 * image is flipped; outside of the image it is a byte 0. Rows [cutTop, cutBottom) of columns
 * [cutLeft, cutRight) have the channel's colour of what is cut out.
 *
 * <p>The arrays are not copied: they are to stay as they are until a tensor was made.
 */
public final class ByteImages {
  /** Entries of a channel's table. */
  public static final int TABLE = 257;

  /** The entry of a channel's table for what is cut out. */
  public static final int CUT_OUT = 256;

  /** Words that say what becomes of an image. */
  public static final int WORDS = 7;

  private final Shape shape;
  private final byte[] pixels;
  private final float[] values;
  private final int[] changes;

  /**
   * @param shape {@code [N, C, H, W]}
   * @param pixels unsigned, row-major, of that shape
   * @param values {@code [C, 257]}: what a byte of a channel becomes, and then its {@link #CUT_OUT}
   * @param changes {@code [N, 7]}: down, right, flipped (1, else 0), cutTop, cutBottom, cutLeft,
   *     cutRight; the cut lies within the image
   * @throws IllegalArgumentException if an array's length does not fit the shape
   */
  public ByteImages(Shape shape, byte[] pixels, float[] values, int[] changes) {
    shape.requireRank("images", "shape", 4);
    if (pixels.length != shape.size()
        || values.length != shape.dim(1) * TABLE
        || changes.length != shape.dim(0) * WORDS) {
      throw new IllegalArgumentException(
          ("images: %s needs %d bytes, %d values and %d words of changes, but there are %d, %d and"
                  + " %d")
              .formatted(
                  shape,
                  shape.size(),
                  shape.dim(1) * TABLE,
                  shape.dim(0) * WORDS,
                  pixels.length,
                  values.length,
                  changes.length));
    }
    this.shape = shape;
    this.pixels = pixels;
    this.values = values;
    this.changes = changes;
  }

  /** {@code [N, C, H, W]}. */
  public Shape shape() {
    return shape;
  }

  /** {@code [N, C, H, W]}: the array itself. */
  public byte[] pixels() {
    return pixels;
  }

  /** {@code [C, 257]}: the array itself. */
  public float[] values() {
    return values;
  }

  /** {@code [N, 7]}: the array itself. */
  public int[] changes() {
    return changes;
  }

  /** The batch {@code [N, C, H, W]}, row-major: the definition that every backend must meet. */
  public float[] toFloats() {
    float[] out = new float[pixels.length];
    for (int n = 0; n < shape.dim(0); n++) {
      for (int c = 0; c < shape.dim(1); c++) {
        plane(n, c, out);
      }
    }
    return out;
  }

  private void plane(int n, int c, float[] out) {
    int height = shape.dim(2);
    int width = shape.dim(3);
    int start = (n * shape.dim(1) + c) * height * width;
    int table = c * TABLE;
    int change = n * WORDS;
    int down = changes[change];
    int right = changes[change + 1];
    int step = changes[change + 2] == 1 ? -1 : 1;
    int first = (step < 0 ? width - 1 : 0) + right;
    // Where first + x * step is a column, x is in [from, to).
    int from = Math.clamp(step < 0 ? first - width + 1L : -first, 0, width);
    int to = Math.clamp(step < 0 ? first + 1L : width - first, from, width);
    for (int y = 0; y < height; y++) {
      int row = y + down;
      int at = start + y * width;
      boolean inside = row >= 0 && row < height;
      Arrays.fill(out, at, at + (inside ? from : width), values[table]);
      if (inside) {
        Arrays.fill(out, at + to, at + width, values[table]);
        int pixel = start + row * width + first + from * step;
        for (int x = from; x < to; x++, pixel += step) {
          out[at + x] = values[table + (pixels[pixel] & 0xFF)];
        }
      }
    }
    for (int y = changes[change + 3]; y < changes[change + 4]; y++) {
      int at = start + y * width;
      int left = changes[change + 5];
      Arrays.fill(
          out, at + left, at + Math.max(left, changes[change + 6]), values[table + CUT_OUT]);
    }
  }
}
