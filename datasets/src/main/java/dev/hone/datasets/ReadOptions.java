package dev.hone.datasets;

/**
 * How a data set of image files is read. Sets of one fixed size (the CIFAR and MNIST families)
 * refuse any other image size and have no use for a margin.
 *
 * @param imageSize side of the images in pixels, from {@value #LEAST_SIZE} to {@value #MOST_SIZE};
 *     0 for the set's own: 64 where image files have sizes of all kinds
 * @param margin what is kept around a bounding box on every side, as a part of the box's longer
 *     side; for sets that have boxes
 * @param limit at most so many images of each split, chosen as {@link ImageDataset#limit} does, but
 *     before any is decoded; 0 for all
 * @param cached whether decoded images are kept in {@link CacheFolder} and taken from there
 * @param progress hears how decoding goes on
 */
public record ReadOptions(
    int imageSize, double margin, int limit, boolean cached, LoadProgress progress) {
  static final int LEAST_SIZE = 8;
  static final int MOST_SIZE = 512;

  private static final ReadOptions DEFAULTS = new ReadOptions(0, 0.1, 0, true, LoadProgress.none());

  public ReadOptions {
    if (imageSize != 0 && (imageSize < LEAST_SIZE || imageSize > MOST_SIZE)) {
      throw new IllegalArgumentException(
          "image size: expected %d to %d pixels, or 0 for the data set's own, but got %d"
              .formatted(LEAST_SIZE, MOST_SIZE, imageSize));
    }
    if (!(margin >= 0 && margin <= 1)) {
      throw new IllegalArgumentException(
          "margin: expected a part of the box's longer side from 0 to 1, but got " + margin);
    }
    if (limit < 0) {
      throw new IllegalArgumentException(
          "limit: expected a number of images, or 0 for all, but got " + limit);
    }
  }

  /** The set's own size, a margin of a tenth, all images, cached, unheard. */
  public static ReadOptions defaults() {
    return DEFAULTS;
  }

  public ReadOptions withImageSize(int imageSize) {
    return new ReadOptions(imageSize, margin, limit, cached, progress);
  }

  public ReadOptions withMargin(double margin) {
    return new ReadOptions(imageSize, margin, limit, cached, progress);
  }

  public ReadOptions withLimit(int limit) {
    return new ReadOptions(imageSize, margin, limit, cached, progress);
  }

  public ReadOptions withCached(boolean cached) {
    return new ReadOptions(imageSize, margin, limit, cached, progress);
  }

  public ReadOptions withProgress(LoadProgress progress) {
    return new ReadOptions(imageSize, margin, limit, cached, progress);
  }

  /** The wanted side where image files may have any. */
  int side() {
    return imageSize == 0 ? 64 : imageSize;
  }

  /** The images of a set that is read as a whole, as far as the limit goes. */
  ImageDataset limited(ImageDataset all) {
    return limit == 0 ? all : all.limit(limit);
  }

  /** Refuses a size that a set of fixed size does not have. */
  void requireOwnSize(String dataset, int own) {
    if (imageSize != 0 && imageSize != own) {
      throw DatasetException.of(
          dataset,
          "images of " + own + "x" + own + ", the only size it has",
          "a wish for " + imageSize,
          "leave the image size out");
    }
  }
}
