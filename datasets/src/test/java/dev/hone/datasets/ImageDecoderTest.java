package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final int SIDE = 9;

  private static byte[] decode(byte[] file, int side) {
    byte[] out = new byte[3 * side * side];
    new ImageDecoder(side).decode("x", file, new Crop.Centre(), out, 0);
    return out;
  }

  private static int at(byte[] planar, int channel, int y, int x) {
    int side = (int) Math.sqrt(planar.length / 3.0);
    return planar[(channel * side + y) * side + x] & 0xFF;
  }

  /** Noise with any number of samples of any depth, which BufferedImage has no type for. */
  private static BufferedImage samples(int space, int bits, boolean alpha) {
    var model =
        new ComponentColorModel(
            ColorSpace.getInstance(space),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            bits == 8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT);
    var raster = model.createCompatibleWritableRaster(SIDE, SIDE);
    int bands = raster.getNumBands();
    byte[] noise = TestFiles.noise(bits + bands, 2 * SIDE * SIDE * bands);
    for (int i = 0; i < SIDE * SIDE * bands; i++) {
      int sample = noise[2 * i] & 0xFF;
      if (bits == 16) {
        sample = sample << 8 | noise[2 * i + 1] & 0xFF;
      }
      raster.setSample(i / bands % SIDE, i / bands / SIDE, i % bands, sample);
    }
    return new BufferedImage(model, raster, false, null);
  }

  /** Each kind of PNG, sample by sample, with alpha over black. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"grey", "grey alpha", "rgb", "rgb alpha"})
  void samplesAreTakenAsTheyAre(String kind) {
    boolean alpha = kind.endsWith("alpha");
    int colours = kind.startsWith("grey") ? 1 : 3;
    int space = colours == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB;
    for (int bits : new int[] {8, 16}) {
      BufferedImage image = samples(space, bits, alpha);
      byte[] found = decode(TestImages.encode("png", image), SIDE);
      double most = (1 << bits) - 1;
      for (int i = 0; i < SIDE * SIDE; i++) {
        int[] pixel = image.getRaster().getPixel(i % SIDE, i / SIDE, (int[]) null);
        double opacity = alpha ? pixel[colours] / most : 1;
        for (int c = 0; c < 3; c++) {
          double expected = 255 * opacity * pixel[colours == 1 ? 0 : c] / most;
          // Colour, alpha and their product are each rounded to 8 bits.
          assertEquals(
              expected, at(found, c, i / SIDE, i % SIDE), alpha ? 1.5 : 0.5, kind + bits + ":" + i);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_3BYTE_BGR
      })
  void palettesAreLookedUp(int type) {
    BufferedImage image = TestImages.noise(7, SIDE, SIDE, type);
    byte[] found = decode(TestImages.encode("png", image), SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int rgb = image.getRGB(i % SIDE, i / SIDE);
      rgb = rgb >>> 24 == 0 ? 0 : rgb; // the palette's transparent colour
      for (int c = 0; c < 3; c++) {
        assertEquals(rgb >> (16 - 8 * c) & 0xFF, at(found, c, i / SIDE, i % SIDE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_3BYTE_BGR})
  void jpegsComeOutAsTheDecoderHasThem(int type) throws IOException {
    byte[] file = TestImages.encode("jpeg", TestImages.noise(8, SIDE, SIDE, type));
    var raster = ImageIO.read(new ByteArrayInputStream(file)).getRaster();
    byte[] found = decode(file, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int c = 0; c < 3; c++) {
        int band = Math.min(c, raster.getNumBands() - 1);
        assertEquals(raster.getSample(i % SIDE, i / SIDE, band), at(found, c, i / SIDE, i % SIDE));
      }
    }
  }

  /** As print shops make them, which the JDK alone refuses to read. */
  @Test
  void jpegsOfFourInksAreRead() throws IOException {
    int[][] inks = {{255, 255, 255, 255}, {0, 0, 0, 0}, {0, 255, 255, 255}, {255, 0, 255, 128}};
    for (int[] ink : inks) {
      byte[] found = decode(TestImages.fourInks(ink, 16), 8);
      for (int c = 0; c < 3; c++) {
        // Inverted, as Adobe writes them: 255 is no ink.
        double expected = ink[c] * ink[3] / 255.0;
        assertEquals(expected, at(found, c, 3, 3), 3, "channel " + c);
      }
    }
  }

  /** The mean over the exact area of each pixel, in double. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {10, 16, 31, 64, 150})
  void smallerIsTheMeanOfTheArea(int from) {
    BufferedImage image = TestImages.noise(9, from, from, BufferedImage.TYPE_3BYTE_BGR);
    byte[] found = decode(TestImages.encode("png", image), 8);
    double step = from / 8.0;
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        double sum = 0;
        for (int v = (int) (y * step); v < Math.min(from, (y + 1) * step); v++) {
          for (int u = (int) (x * step); u < Math.min(from, (x + 1) * step); u++) {
            double down = Math.min(v + 1, (y + 1) * step) - Math.max(v, y * step);
            double across = Math.min(u + 1, (x + 1) * step) - Math.max(u, x * step);
            sum += down * across * image.getRaster().getSample(u, v, 0);
          }
        }
        assertEquals(sum / (step * step), at(found, 0, y, x), 0.51, y + ", " + x);
      }
    }
  }

  /**
   * The mirror image stays the mirror image, as no shift by part of a pixel would leave it: in
   * noise half a pixel makes a difference of some fifty levels. Java2D's own tables are good to
   * three.
   */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {8, 24, 37, 100})
  void nothingShifts(int side) {
    BufferedImage image = TestImages.noise(10, 24, 24, BufferedImage.TYPE_3BYTE_BGR);
    var mirror = new BufferedImage(24, 24, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 24 * 24; i++) {
      mirror.setRGB(23 - i % 24, 23 - i / 24, image.getRGB(i % 24, i / 24));
    }
    byte[] plain = decode(TestImages.encode("png", image), side);
    byte[] mirrored = decode(TestImages.encode("png", mirror), side);
    for (int i = 0; i < side * side; i++) {
      int there = at(mirrored, 1, side - 1 - i / side, side - 1 - i % side);
      assertEquals(at(plain, 1, i / side, i % side), there, 4, "pixel " + i);
    }
  }

  @Test
  void theCentreIsUsedAndOneColourStaysOne() {
    BufferedImage wide = TestImages.plain(0x0A141E, 40, 10);
    for (int y = 0; y < 10; y++) {
      for (int x = 15; x < 25; x++) {
        wide.setRGB(x, y, 0xC81E64);
      }
    }
    for (int side : new int[] {8, 10, 33}) {
      byte[] found = decode(TestImages.encode("png", wide), side);
      for (int i = 0; i < side * side; i++) {
        assertEquals(0xC8, at(found, 0, i / side, i % side));
        assertEquals(0x1E, at(found, 1, i / side, i % side));
        assertEquals(0x64, at(found, 2, i / side, i % side));
      }
    }
  }

  @Test
  void filesThatAreCutShortAreRefused() {
    for (byte[] file : new byte[][] {TestImages.jpeg(11, 40, 40), TestImages.png(11, 40, 40)}) {
      for (int length : new int[] {0, 2, 8, 30, file.length / 2, file.length - 40}) {
        TestFiles.assertRefused(
            () -> decode(Arrays.copyOf(file, length), 8), "x: expected a", "take it out");
      }
    }
    TestFiles.assertRefused(
        () -> decode("GIF89a".getBytes(StandardCharsets.US_ASCII), 8), "a JPEG or PNG image");
  }

  /** A few bytes that claim billions of pixels cost nothing. */
  @ParameterizedTest(name = "{0} x {1}")
  @CsvSource({"60000, 60000", "2147483647, 1", "1, 2147483647", "6000, 6000", "0, 5"})
  void claimsAreCheckedBeforeMemoryFollows(int width, int height) {
    byte[] file = claim(TestImages.png(12, 8, 8), width, height);
    long before = TestFiles.allocated();
    TestFiles.assertRefused(() -> decode(file, 8), "x: expected a");
    assertTrue(TestFiles.allocated() - before < 4 << 20);
  }

  /** A PNG whose header says another size, with its checksum. */
  static byte[] claim(byte[] png, int width, int height) {
    byte[] claims = png.clone();
    ByteBuffer.wrap(claims).putInt(16, width).putInt(20, height);
    var crc = new CRC32();
    crc.update(claims, 12, 17);
    ByteBuffer.wrap(claims).putInt(29, (int) crc.getValue());
    return claims;
  }

  @Test
  void aJpegOfEndlessScansIsRefused() {
    byte[] file = Arrays.copyOf(TestImages.jpeg(13, 8, 8), 4000);
    for (int i = 2000; i < 4000; i += 2) {
      file[i] = (byte) 0xFF;
      file[i + 1] = (byte) 0xDA;
    }
    TestFiles.assertRefused(() -> decode(file, 8), "at most 500 scans");
  }
}
