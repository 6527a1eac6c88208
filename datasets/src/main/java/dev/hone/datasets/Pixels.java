package dev.hone.datasets;

import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * The pixels of decoded images as packed RGB. The samples are taken as they are: drawing grey or
 * profiled images onto an RGB one would put them through a colour conversion that brightens grey.
 */
final class Pixels {
  private static final int BLACK = 0;

  private final ColorModel model;
  private final Raster raster;
  private final boolean indexed;
  private final boolean grey;

  private Pixels(BufferedImage image) {
    this.model = image.getColorModel();
    this.raster = image.getRaster();
    this.indexed = model instanceof IndexColorModel;
    this.grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /**
   * The square {@code from} of {@code image}, row-major; black where it reaches beyond the image
   * and, as far as it is transparent, where it is transparent.
   */
  static int[] rgb(BufferedImage image, Rectangle from) {
    int[] rgb = new int[from.width * from.height];
    Rectangle inside = from.intersection(new Rectangle(image.getWidth(), image.getHeight()));
    var pixels = new Pixels(image);
    for (int y = inside.y; y < inside.y + inside.height; y++) {
      int at = (y - from.y) * from.width + inside.x - from.x;
      pixels.row(inside.x, y, inside.width, rgb, at);
    }
    return rgb;
  }

  private void row(int x, int y, int width, int[] rgb, int at) {
    if (indexed) {
      int[] indices = raster.getPixels(x, y, width, 1, new int[width]);
      for (int i = 0; i < width; i++) {
        int argb = model.getRGB(indices[i]);
        rgb[at + i] = over(argb >>> 24, argb >> 16 & 0xFF, argb >> 8 & 0xFF, argb & 0xFF);
      }
      return;
    }
    int bands = raster.getNumBands();
    int[] samples = raster.getPixels(x, y, width, 1, new int[width * bands]);
    int colours = grey ? 1 : 3;
    for (int i = 0, s = 0; i < width; i++, s += bands) {
      int alpha = bands > colours ? sample(samples, s, colours) : 255;
      int red = sample(samples, s, 0);
      int green = grey ? red : sample(samples, s, 1);
      int blue = grey ? red : sample(samples, s, 2);
      rgb[at + i] = over(alpha, red, green, blue);
    }
  }

  /** Scaled to 8 bits. */
  private int sample(int[] samples, int pixel, int band) {
    int bits = model.getComponentSize(band);
    int value = samples[pixel + band];
    return bits == 8 ? value : Math.round(value * 255f / ((1 << bits) - 1));
  }

  /** Not premultiplied: neither format is. */
  private static int over(int alpha, int red, int green, int blue) {
    if (alpha == 255) {
      return red << 16 | green << 8 | blue;
    }
    return alpha == 0
        ? BLACK
        : Math.round(red * alpha / 255f) << 16
            | Math.round(green * alpha / 255f) << 8
            | Math.round(blue * alpha / 255f);
  }
}
