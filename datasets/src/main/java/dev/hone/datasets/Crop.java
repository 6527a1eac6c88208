package dev.hone.datasets;

import java.awt.Rectangle;

/** Which square of an image is used. */
sealed interface Crop {
  /**
   * The square of an image of {@code width} x {@code height}; it may reach beyond the image. Empty
   * if nothing of the image is asked for.
   */
  Rectangle square(int width, int height);

  /** The largest square around the centre. */
  record Centre() implements Crop {
    @Override
    public Rectangle square(int width, int height) {
      int side = Math.min(width, height);
      return new Rectangle((width - side) / 2, (height - side) / 2, side, side);
    }
  }

  /**
   * A square around a box, in pixels of the image: its side is the longer one of what lies of the
   * box within the image, with the margin on both ends. It is moved into the image where it fits;
   * where it is larger than the image it lies around the image's middle and reaches beyond, so that
   * nothing of the box is ever cut off and nothing is distorted.
   *
   * @param margin on every side, as a part of the box's longer side
   */
  record AroundBox(double left, double top, double width, double height, double margin)
      implements Crop {
    @Override
    public Rectangle square(int imageWidth, int imageHeight) {
      double right = Math.min(imageWidth, left + width);
      double bottom = Math.min(imageHeight, top + height);
      double across = right - Math.max(0, left);
      double down = bottom - Math.max(0, top);
      if (across <= 0 || down <= 0) {
        return new Rectangle();
      }
      int side = (int) Math.max(1, Math.round(Math.max(across, down) * (1 + 2 * margin)));
      return new Rectangle(
          place(right - across / 2, side, imageWidth),
          place(bottom - down / 2, side, imageHeight),
          side,
          side);
    }

    private static int place(double centre, int side, int extent) {
      if (side >= extent) {
        return -((side - extent) / 2);
      }
      int wanted = (int) Math.round(centre - side / 2.0);
      return Math.clamp(wanted, 0, extent - side);
    }
  }
}
