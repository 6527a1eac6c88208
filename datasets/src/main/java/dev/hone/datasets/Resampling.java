package dev.hone.datasets;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.AreaAveragingScaleFilter;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.FilteredImageSource;
import java.awt.image.MemoryImageSource;
import java.awt.image.PixelGrabber;
import java.util.concurrent.CancellationException;

/**
 * Changes the size of square images by the JDK's own filters. Smaller by area averaging: a pixel is
 * the mean of the area it covers, parts of pixels weighted, so nothing aliases and nothing shifts.
 * Larger by bicubic interpolation.
 */
final class Resampling {
  private static final int OPAQUE = 0xFF000000;

  private Resampling() {}

  /** Packed RGB {@code [from, from]} as packed RGB {@code [to, to]}. */
  static int[] to(int to, int from, int[] rgb) {
    if (to == from) {
      return rgb;
    }
    return to < from ? average(to, from, rgb) : interpolate(to, from, rgb);
  }

  private static int[] average(int to, int from, int[] rgb) {
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] |= OPAQUE;
    }
    var source = new MemoryImageSource(from, from, ColorModel.getRGBdefault(), rgb, 0, from);
    var averaged = new FilteredImageSource(source, new AreaAveragingScaleFilter(to, to));
    int[] out = new int[to * to];
    var grabber = new PixelGrabber(averaged, 0, 0, to, to, out, 0, to);
    try {
      if (!grabber.grabPixels()) {
        throw new IllegalStateException("averaging " + from + " to " + to + " pixels was aborted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("images: interrupted while decoding");
    }
    return out;
  }

  private static int[] interpolate(int to, int from, int[] rgb) {
    var source = new BufferedImage(from, from, BufferedImage.TYPE_INT_RGB);
    source.setRGB(0, 0, from, from, rgb, 0, from);
    var larger = new BufferedImage(to, to, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = larger.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(source, 0, 0, to, to, null);
    graphics.dispose();
    return larger.getRGB(0, 0, to, to, new int[to * to], 0, to);
  }
}
