package dev.hone.datasets;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.ByteImages;

/** Fills the batches of one epoch: picks the images and draws how each is augmented. */
final class BatchMaker implements Epoch.Maker {
  private final Batches batches;
  private final ImageDataset dataset;
  private final int[] order;
  private final Philox random;

  /**
   * For each channel and each byte the value that goes into the batch, and then the mean colour.
   */
  private final float[] values;

  BatchMaker(Batches batches, int epoch) {
    this.batches = batches;
    this.dataset = batches.dataset();
    this.order = batches.order(epoch);
    this.random = Augmentation.random(batches.seed(), epoch);
    this.values = new float[dataset.channels() * ByteImages.TABLE];
    Normalization own = dataset.normalization();
    for (int c = 0; c < dataset.channels(); c++) {
      int table = c * ByteImages.TABLE;
      for (int b = 0; b < 256; b++) {
        values[table + b] = batches.normalization().apply(c, b / 255f);
      }
      // In pixel space, so that it is the same colour whoever normalises: the batch or the model.
      float mean = own.isNone() ? 0 : own.mean().get(c);
      values[table + ByteImages.CUT_OUT] = batches.normalization().apply(c, mean);
    }
  }

  @Override
  public int size(int number) {
    return Math.min(batches.batchSize(), order.length - number * batches.batchSize());
  }

  @Override
  public Batch allocate(int size) {
    var shape = Shape.of(size, dataset.channels(), dataset.height(), dataset.width());
    return new Batch(shape, values);
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
      draw.writeTo(batch.changes, i * ByteImages.WORDS);
      byte[] chunk = dataset.chunk(image);
      System.arraycopy(chunk, dataset.offset(image), batch.pixels, i * imageSize, imageSize);
    }
  }
}
