package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A small grey or RGB image, 8 bit per channel. Immutable. */
public final class Picture {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] pixels;

  private Picture(int width, int height, int channels, byte[] pixels) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.pixels = pixels;
  }

  /**
   * A picture from interleaved bytes {@code [H, W, C]}, copied.
   *
   * @param channels 1 (grey) or 3 (RGB)
   */
  public static Picture of(int width, int height, int channels, byte[] pixels) {
    check(width, height, channels, pixels.length);
    return new Picture(width, height, channels, pixels.clone());
  }

  /**
   * A picture from planes {@code [C, H, W]} of pixel values in 0..1 (undo the normalisation first);
   * values outside are clipped, NaN becomes black.
   */
  public static Picture ofPlanes(int channels, int height, int width, float[] planes) {
    check(width, height, channels, planes.length);
    byte[] pixels = new byte[planes.length];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < width * height; i++) {
        pixels[i * channels + c] = toByte(255 * planes[c * width * height + i]);
      }
    }
    return new Picture(width, height, channels, pixels);
  }

  /**
   * The difference {@code amplification * (after - before)} around middle grey, from planes {@code
   * [C, H, W]} of pixel values in 0..1: grey is unchanged, brighter was raised, darker lowered.
   * From floats, because a perturbation is often smaller than one step of 8 bit.
   */
  public static Picture difference(
      int channels, int height, int width, float[] before, float[] after, double amplification) {
    check(width, height, channels, before.length);
    check(width, height, channels, after.length);
    float[] planes = new float[before.length];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = (float) (0.5 + amplification * ((double) after[i] - before[i]));
    }
    return ofPlanes(channels, height, width, planes);
  }

  /**
   * The largest of 1, 2, 5, 10, 20, ... that keeps every amplified difference of pixel values in
   * 0..1 within the half range; 1 where nothing differs.
   */
  public static double amplificationFor(float[] before, float[] after) {
    double largest = 0;
    for (int i = 0; i < before.length; i++) {
      largest = Math.max(largest, Math.abs((double) after[i] - before[i]));
    }
    // Not positive covers NaN as well as equal pictures.
    if (!(largest > 0) || Double.isInfinite(largest)) {
      return 1;
    }
    double room = Math.clamp(0.5 / largest, 1.0, 1e6);
    double decade = Math.pow(10, Math.floor(Math.log10(room)));
    double lead = room / decade;
    return decade * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
  }

  /** Pictures of one size side by side. */
  public static Picture row(List<Picture> pictures) {
    Picture first = pictures.getFirst();
    int stride = first.width * first.channels;
    byte[] pixels = new byte[first.pixels.length * pictures.size()];
    for (int i = 0; i < pictures.size(); i++) {
      Picture p = pictures.get(i);
      if (p.width != first.width || p.height != first.height || p.channels != first.channels) {
        throw new IllegalArgumentException(
            "picture: " + p + " and " + first + " do not fit into one row");
      }
      for (int y = 0; y < p.height; y++) {
        System.arraycopy(p.pixels, y * stride, pixels, (y * pictures.size() + i) * stride, stride);
      }
    }
    return new Picture(first.width * pictures.size(), first.height, first.channels, pixels);
  }

  /** The {@code n} pictures of which {@link #row} made this one. */
  public List<Picture> split(int n) {
    if (n < 1 || width % n != 0) {
      throw new IllegalArgumentException("picture: " + this + " is no row of " + n + " pictures");
    }
    int stride = width / n * channels;
    var parts = new ArrayList<Picture>();
    for (int i = 0; i < n; i++) {
      byte[] part = new byte[stride * height];
      for (int y = 0; y < height; y++) {
        System.arraycopy(pixels, (y * n + i) * stride, part, y * stride, stride);
      }
      parts.add(new Picture(width / n, height, channels, part));
    }
    return List.copyOf(parts);
  }

  /** Reads a PNG that {@link #write} wrote. */
  public static Picture read(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new IOException(file + ": not a PNG");
    }
    int channels = image.getRaster().getNumBands() == 1 ? 1 : 3;
    byte[] pixels = new byte[image.getWidth() * image.getHeight() * channels];
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int x = i % image.getWidth();
      int y = i / image.getWidth();
      // Through the raster where it is grey: getRGB would convert by the colour space's gamma.
      int rgb = channels == 1 ? image.getRaster().getSample(x, y, 0) << 16 : image.getRGB(x, y);
      for (int c = 0; c < channels; c++) {
        pixels[i * channels + c] = (byte) (rgb >> 16 - 8 * c);
      }
    }
    return new Picture(image.getWidth(), image.getHeight(), channels, pixels);
  }

  /** Writes the picture as a PNG, atomically. */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, png(image()));
  }

  private static void check(int width, int height, int channels, int length) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "picture: expected 1 (grey) or 3 (RGB) channels, got " + channels);
    }
    if (width < 1 || height < 1 || (long) width * height * channels != length) {
      throw new IllegalArgumentException(
          "picture: %d values do not fill %d channels of %d x %d"
              .formatted(length, channels, height, width));
    }
  }

  private static byte toByte(double value) {
    return (byte) Math.clamp(Math.round(value), 0L, 255L);
  }

  /** Width in pixels. */
  public int width() {
    return width;
  }

  /** Height in pixels. */
  public int height() {
    return height;
  }

  /** 1 for grey, 3 for RGB. */
  public int channels() {
    return channels;
  }

  /** The pixel as 0xRRGGBB. */
  int rgb(int x, int y) {
    int at = (y * width + x) * channels;
    int red = pixels[at] & 0xff;
    int green = channels == 1 ? red : pixels[at + 1] & 0xff;
    int blue = channels == 1 ? red : pixels[at + 2] & 0xff;
    return red << 16 | green << 8 | blue;
  }

  /** The picture as a {@code data:} URI of a PNG. */
  String dataUri() {
    return dataUri(image());
  }

  private BufferedImage image() {
    BufferedImage image =
        new BufferedImage(
            width,
            height,
            channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    if (channels == 1) {
      // Through the raster: setRGB would convert grey by the colour space's gamma.
      int[] grey = new int[pixels.length];
      Arrays.setAll(grey, i -> pixels[i] & 0xff);
      image.getRaster().setPixels(0, 0, width, height, grey);
    } else {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          image.setRGB(x, y, rgb(x, y));
        }
      }
    }
    return image;
  }

  static String dataUri(BufferedImage image) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png(image));
  }

  /** The image as the bytes of a PNG file. */
  static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // The stream is given so that ImageIO does not put a cache file on the disk.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("picture: this JDK has no PNG writer (java.desktop)");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("picture: PNG encoding in memory failed", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Picture that
        && width == that.width
        && channels == that.channels
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return 31 * width + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "Picture[" + channels + ", " + height + ", " + width + "]";
  }
}
