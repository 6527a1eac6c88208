package dev.hone.datasets;

import dev.hone.tensor.Philox;

/**
 * How a data set is cut into batches. An epoch's order is a function of the seed and the epoch
 * alone: the same images in the same order for any batch size and any number of threads.
 *
 * @param normalization of the pixels in the batches; {@link Normalization#none} leaves them in [0,
 *     1] for a model that normalises by itself
 * @param shuffled whether each epoch has its own order, or that of the data set
 * @param keepLast whether a last batch of fewer images is kept
 */
public record Batches(
    ImageDataset dataset,
    int batchSize,
    Augmentation augmentation,
    Normalization normalization,
    long seed,
    boolean shuffled,
    boolean keepLast) {
  private static final long ORDER_STREAM = 0x6f72646572L; // "order"

  public Batches {
    normalization.requireChannels(dataset.name(), dataset.channels());
    long values =
        (long) Math.min(batchSize, dataset.count())
            * dataset.channels()
            * dataset.height()
            * dataset.width();
    if (batchSize < 1 || values > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "batches: the batch size must be positive and a batch hold fewer than 2^31 values, but the"
              + " batch size is "
              + batchSize);
    }
    if (!keepLast && batchSize > dataset.count()) {
      throw new IllegalArgumentException(
          "batches: %s has %d images, so without the last partial batch of %d nothing is left; keep it"
              .formatted(dataset.name(), dataset.count(), batchSize));
    }
  }

  /** For training: shuffled, the last partial batch kept. */
  public static Batches of(
      ImageDataset dataset,
      int batchSize,
      Augmentation augmentation,
      Normalization normalization,
      long seed) {
    return new Batches(dataset, batchSize, augmentation, normalization, seed, true, true);
  }

  /** For evaluation: each image once, as it is, in the order of the data set. */
  public static Batches inOrder(ImageDataset dataset, int batchSize, Normalization normalization) {
    return new Batches(dataset, batchSize, Augmentation.none(), normalization, 0, false, true);
  }

  public Batches withKeepLast(boolean keepLast) {
    return new Batches(dataset, batchSize, augmentation, normalization, seed, shuffled, keepLast);
  }

  /** The number of batches of an epoch. */
  public int perEpoch() {
    int whole = dataset.count() / batchSize;
    return keepLast && dataset.count() % batchSize > 0 ? whole + 1 : whole;
  }

  /** The batches of {@code epoch}, made ahead on a thread of their own; to be closed. */
  public Epoch epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * The batches of {@code epoch} from number {@code startBatch} on, the same as they would have
   * come after the earlier ones, which are not made.
   */
  public Epoch epoch(int epoch, int startBatch) {
    if (epoch < 0 || startBatch < 0 || startBatch > perEpoch()) {
      throw new IllegalArgumentException(
          "batches: expected an epoch from 0 and a first batch in [0, %d], but got %d and %d"
              .formatted(perEpoch(), epoch, startBatch));
    }
    return new Epoch(new BatchMaker(this, epoch), startBatch, perEpoch());
  }

  /** The images of {@code epoch} in their order. */
  int[] order(int epoch) {
    return shuffled
        ? new Philox(seed, ORDER_STREAM).split(epoch).permutation(dataset.count())
        : ImageDataset.inOrder(dataset.count());
  }
}
