package dev.hone.bench.cli;

import dev.hone.datasets.ImageDataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A picture from a file, as the images of a data set are. */
final class ImageFile {
  private ImageFile() {}

  /** One image of class {@code label}, of the size and channels of {@code like}. */
  static ImageDataset read(Path file, ImageDataset like, int label) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new Refusal("--file: no such file: " + file);
    }
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new Refusal("--file: " + file + " is no picture that Java reads; give a PNG");
    }
    if (image.getWidth() != like.width() || image.getHeight() != like.height()) {
      throw new Refusal(
          "--file: %s is %d x %d pixels, but the network takes %d x %d; resize it first"
              .formatted(file, image.getWidth(), image.getHeight(), like.width(), like.height()));
    }
    return ImageDataset.of(
        file.toString(),
        like.channels(),
        like.height(),
        like.width(),
        like.classNames(),
        like.normalization(),
        planes(image, like.channels()),
        new int[] {label});
  }

  /** Bytes {@code [C, H, W]}. */
  private static byte[] planes(BufferedImage image, int channels) {
    int area = image.getWidth() * image.getHeight();
    byte[] planes = new byte[channels * area];
    for (int i = 0; i < area; i++) {
      int rgb = rgb(image, i % image.getWidth(), i / image.getWidth());
      int red = rgb >> 16 & 0xff;
      int green = rgb >> 8 & 0xff;
      int blue = rgb & 0xff;
      if (channels == 3) {
        planes[i] = (byte) red;
        planes[area + i] = (byte) green;
        planes[2 * area + i] = (byte) blue;
      } else {
        // Luma as in ITU-R BT.601, which leaves a grey as it is.
        planes[i] = (byte) Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      }
    }
    return planes;
  }

  private static int rgb(BufferedImage image, int x, int y) {
    // Through the raster: getRGB would convert grey by the colour space's gamma.
    return image.getType() == BufferedImage.TYPE_BYTE_GRAY
        ? image.getRaster().getSample(x, y, 0) * 0x10101
        : image.getRGB(x, y);
  }
}
