package dev.hone.datasets;

import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small pictures made on the spot, and folders and archives of them. */
final class TestImages {
  private TestImages() {}

  /** Noise of one of {@link BufferedImage}'s types. */
  static BufferedImage noise(long seed, int width, int height, int type) {
    var image = new BufferedImage(width, height, type);
    WritableRaster raster = image.getRaster();
    int bands = raster.getNumBands();
    byte[] bytes = TestFiles.noise(seed, width * height * bands);
    int bits = image.getColorModel().getComponentSize(0);
    for (int i = 0; i < bytes.length; i++) {
      int sample = bits == 16 ? (bytes[i] & 0xFF) * 257 - i % 3 + 1 : bytes[i] & 0xFF;
      raster.setSample(
          i / bands % width, i / bands / width, i % bands, Math.clamp(sample, 0, (1 << bits) - 1));
    }
    return image;
  }

  /** All pixels of one colour, packed RGB. */
  static BufferedImage plain(int rgb, int width, int height) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  static byte[] encode(String format, BufferedImage image) {
    var out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new IOException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * A JPEG of one colour in cyan, magenta, yellow and black, with Adobe's mark for inverted inks.
   */
  static byte[] fourInks(int[] inks, int side) {
    var raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, side, side, inks.length, new Point());
    for (int i = 0; i < side * side; i++) {
      raster.setPixel(i % side, i / side, inks);
    }
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(raster, null, null), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    byte[] file = out.toByteArray();
    byte[] adobe = {
      (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    return ByteBuffer.allocate(file.length + adobe.length)
        .put(file, 0, 2)
        .put(adobe)
        .put(file, 2, file.length - 2)
        .array();
  }

  static byte[] png(long seed, int width, int height) {
    return encode("png", noise(seed, width, height, BufferedImage.TYPE_3BYTE_BGR));
  }

  static byte[] jpeg(long seed, int width, int height) {
    return encode("jpeg", noise(seed, width, height, BufferedImage.TYPE_3BYTE_BGR));
  }

  /** Two classes, {@code gulls} of seven and {@code terns} of eleven images of various sizes. */
  static Map<String, byte[]> birds() {
    var files = new TreeMap<String, byte[]>();
    for (int i = 0; i < 7; i++) {
      files.put("gulls/g%02d.png".formatted(i), png(i, 9 + i, 12));
    }
    for (int i = 0; i < 11; i++) {
      files.put("terns/t%02d.jpg".formatted(i), jpeg(100 + i, 20, 9 + i));
    }
    return files;
  }

  static byte[] zip(Map<String, byte[]> files) {
    return zip(List.copyOf(files.entrySet()));
  }

  static byte[] zip(List<Map.Entry<String, byte[]>> files) {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
