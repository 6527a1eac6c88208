package dev.hone.datasets;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Makes planar RGB bytes {@code [3, side, side]} of JPEG and PNG files. What a file claims is
 * checked before memory follows. Orientation tags and colour profiles are not heeded, as they are
 * not by the tools that made the published figures.
 */
final class ImageDecoder {
  static final int CHANNELS = 3;

  /** Of one image, and of all that are being decoded at a time. */
  static final int MAX_PIXELS = 48_000_000;

  /** So many pixels are read whatever the file's size: a plain surface compresses well. */
  private static final int FREE_PIXELS = 1_000_000;

  /** The most that a byte of a larger image can stand for; deflate cannot do much better. */
  private static final long MAX_PIXELS_PER_BYTE = 1000;

  /** A progressive JPEG has about ten; each costs a pass over the whole image. */
  private static final int MAX_SCANS = 500;

  private static final String WAY_OUT = "replace the file or take it out";

  private final int side;
  private final Semaphore pixels = new Semaphore(MAX_PIXELS);

  ImageDecoder(int side) {
    this.side = side;
  }

  int imageBytes() {
    return CHANNELS * side * side;
  }

  /** Decodes {@code file} and writes its square {@code crop} to {@code out} from {@code at} on. */
  void decode(String name, byte[] file, Crop crop, byte[] out, int at) {
    String format = format(name, file);
    ImageReader reader = reader(format);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      // Without metadata: PNG's compressed text and profiles are never inflated.
      reader.setInput(in, true, true);
      var listener = new TruncationListener();
      reader.addIIOReadWarningListener(listener);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      int size = checkedSize(name, width, height);
      if (size > FREE_PIXELS && size > MAX_PIXELS_PER_BYTE * file.length) {
        throw DatasetException.of(
            name,
            "an image",
            "%d bytes that claim to be %d x %d pixels".formatted(file.length, width, height),
            WAY_OUT);
      }
      pixels.acquireUninterruptibly(size);
      try {
        BufferedImage image = reader.read(0);
        listener.requireWhole();
        Rectangle square = crop.square(image.getWidth(), image.getHeight());
        if (square.isEmpty()) {
          throw DatasetException.of(
              name,
              "a box that lies within the image",
              crop + " of " + width + " x " + height + " pixels",
              "correct the box or fetch the archive as published again");
        }
        checkedSize(name, square.width, square.height);
        write(Resampling.to(side, square.width, Pixels.rgb(image, square)), out, at);
      } finally {
        pixels.release(size);
      }
    } catch (DatasetException e) {
      throw e;
    } catch (IOException e) {
      throw undecodable(name, format, e);
    } catch (RuntimeException e) {
      // ImageIO lets whatever a malformed file causes inside its readers escape as it is.
      throw undecodable(name, format, new IOException(e.toString(), e));
    } finally {
      reader.dispose();
    }
  }

  /** By the file's first bytes, whatever its name says. */
  private static String format(String name, byte[] file) {
    if (startsWith(file, 0xFF, 0xD8, 0xFF)) {
      if (scans(file) > MAX_SCANS) {
        throw DatasetException.of(
            name, "a JPEG of at most " + MAX_SCANS + " scans", "more", WAY_OUT);
      }
      return "jpeg";
    }
    if (startsWith(file, 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A)) {
      return "png";
    }
    throw DatasetException.of(
        name,
        "a JPEG or PNG image",
        file.length == 0 ? "an empty file" : "neither by its first bytes",
        WAY_OUT);
  }

  private static boolean startsWith(byte[] file, int... bytes) {
    if (file.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((file[i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** Markers that start a scan; in the coded data itself a byte 0xFF is followed by a zero. */
  private static int scans(byte[] file) {
    int scans = 0;
    for (int i = 0; i + 1 < file.length; i++) {
      if (file[i] == (byte) 0xFF && file[i + 1] == (byte) 0xDA) {
        scans++;
      }
    }
    return scans;
  }

  private static ImageReader reader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new IllegalStateException("this Java platform has no reader for " + format);
    }
    return readers.next();
  }

  private static int checkedSize(String name, int width, int height) {
    long size = (long) width * height;
    if (width < 1 || height < 1 || size > MAX_PIXELS) {
      throw DatasetException.of(
          name,
          "an image of 1 to " + MAX_PIXELS + " pixels",
          width + " x " + height,
          "shrink the image or take it out");
    }
    return (int) size;
  }

  private static DatasetException undecodable(String name, String format, IOException e) {
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return DatasetException.of(
        name, "a " + format.toUpperCase(Locale.ROOT) + " image", reason, WAY_OUT);
  }

  /** Packed RGB {@code [side, side]} as planar bytes. */
  private void write(int[] rgb, byte[] out, int at) {
    int plane = side * side;
    for (int i = 0; i < plane; i++) {
      out[at + i] = (byte) (rgb[i] >> 16);
      out[at + plane + i] = (byte) (rgb[i] >> 8);
      out[at + 2 * plane + i] = (byte) rgb[i];
    }
  }
}
