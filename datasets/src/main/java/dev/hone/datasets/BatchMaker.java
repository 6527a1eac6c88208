package dev.hone.datasets;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;

/** Fills the batches of one epoch: picks the images, augments and normalises them. */
final class BatchMaker implements Epoch.Maker {
  private final Batches batches;
  private final ImageDataset dataset;
  private final int[] order;
  private final Philox random;

  /** For each channel and each byte the value that goes into the batch. */
  private final float[][] values;

  /** For each channel the value of a pixel that is cut out. */
  private final float[] meanColour;

  BatchMaker(Batches batches, int epoch) {
    this.batches = batches;
    this.dataset = batches.dataset();
    this.order = batches.order(epoch);
    this.random = Augmentation.random(batches.seed(), epoch);
    this.values = new float[dataset.channels()][256];
    this.meanColour = new float[dataset.channels()];
    Normalization own = dataset.normalization();
    for (int c = 0; c < values.length; c++) {
      for (int b = 0; b < 256; b++) {
        values[c][b] = batches.normalization().apply(c, b / 255f);
      }
      // In pixel space, so that it is the same colour whoever normalises: the batch or the model.
      float mean = own.isNone() ? 0 : own.mean().get(c);
      meanColour[c] = batches.normalization().apply(c, mean);
    }
  }

  @Override
  public int size(int number) {
    return Math.min(batches.batchSize(), order.length - number * batches.batchSize());
  }

  @Override
  public Batch allocate(int size) {
    return new Batch(Shape.of(size, dataset.channels(), dataset.height(), dataset.width()));
  }

  @Override
  public void fill(Batch batch, int number) {
    batch.number(number);
    int first = number * batches.batchSize();
    int imageSize = dataset.channels() * dataset.height() * dataset.width();
    for (int i = 0; i < batch.size(); i++) {
      int image = order[first + i];
      batch.indices[i] = image;
      batch.labels[i] = dataset.label(image);
      var draw = batches.augmentation().draw(random, image, dataset.height(), dataset.width());
      for (int c = 0; c < dataset.channels(); c++) {
        plane(image, c, draw, batch.images, i * imageSize + c * dataset.height() * dataset.width());
      }
    }
  }

  /** Writes channel {@code c} of {@code image} to {@code out} from {@code at} on. */
  private void plane(int image, int c, Augmentation.Draw draw, float[] out, int at) {
    int height = dataset.height();
    int width = dataset.width();
    byte[] pixels = dataset.chunk(image);
    int start = dataset.offset(image) + c * height * width;
    float[] value = values[c];
    int step = draw.flipped() ? -1 : 1;
    int firstColumn = (draw.flipped() ? width - 1 : 0) + draw.right();
    for (int y = 0; y < height; y++) {
      int row = y + draw.down();
      boolean inside = row >= 0 && row < height;
      for (int x = 0, column = firstColumn; x < width; x++, column += step) {
        out[at + y * width + x] =
            inside && column >= 0 && column < width
                ? value[pixels[start + row * width + column] & 0xFF]
                : value[0];
      }
    }
    for (int y = draw.cutTop(); y < draw.cutBottom(); y++) {
      for (int x = draw.cutLeft(); x < draw.cutRight(); x++) {
        out[at + y * width + x] = meanColour[c];
      }
    }
  }
}
