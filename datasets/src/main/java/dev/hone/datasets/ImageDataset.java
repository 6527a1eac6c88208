package dev.hone.datasets;

import dev.hone.tensor.Philox;
import java.util.Arrays;
import java.util.List;

/**
 * Labelled images of one size in memory: bytes, planar {@code [C, H, W]}, and one class each. Views
 * ({@link #limit}, {@link #subset}, {@link #split}) share the pixels.
 */
public final class ImageDataset {
  private static final long SPLIT_STREAM = 0x73706c6974L; // "split"

  private final String name;
  private final int channels;
  private final int height;
  private final int width;
  private final List<String> classNames;
  private final Normalization normalization;
  private final ImageStore store;
  private final int[] rows;
  private final int[] labels;
  private final String description;

  /**
   * @param rows for each image of this set, its place in {@code store}
   * @param labels for each image of this set, its class
   */
  ImageDataset(
      String name,
      int channels,
      int height,
      int width,
      List<String> classNames,
      Normalization normalization,
      ImageStore store,
      int[] rows,
      int[] labels) {
    this(name, channels, height, width, classNames, normalization, store, rows, labels, "");
  }

  private ImageDataset(
      String name,
      int channels,
      int height,
      int width,
      List<String> classNames,
      Normalization normalization,
      ImageStore store,
      int[] rows,
      int[] labels,
      String description) {
    normalization.requireChannels(name, channels);
    this.name = name;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.classNames = List.copyOf(classNames);
    this.normalization = normalization;
    this.store = store;
    this.rows = rows;
    this.labels = labels;
    this.description = description;
  }

  /** The same images with {@code description}. */
  ImageDataset describedAs(String description) {
    return new ImageDataset(
        name, channels, height, width, classNames, normalization, store, rows, labels, description);
  }

  /**
   * A data set from your own pixels.
   *
   * @param pixels bytes {@code [N, C, H, W]}, row-major
   * @param labels {@code [N]}, in [0, classNames.size())
   */
  public static ImageDataset of(
      String name,
      int channels,
      int height,
      int width,
      List<String> classNames,
      Normalization normalization,
      byte[] pixels,
      int[] labels) {
    long expected = (long) labels.length * channels * height * width;
    if (channels < 1 || height < 1 || width < 1 || pixels.length != expected) {
      throw DatasetException.of(
          name,
          "%d x [%d, %d, %d] bytes".formatted(labels.length, channels, height, width),
          pixels.length + " bytes",
          "give one byte per pixel, planar, and one label per image");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classNames.size()) {
        throw DatasetException.of(
            name,
            "labels in [0, " + classNames.size() + ")",
            "label " + labels[i] + " at image " + i,
            "give a name for each class or correct the label");
      }
    }
    var store = new ImageStore(channels * height * width);
    for (int i = 0; i < labels.length; i++) {
      store.add(pixels, i * store.imageBytes());
    }
    return new ImageDataset(
        name,
        channels,
        height,
        width,
        classNames,
        normalization,
        store,
        inOrder(labels.length),
        labels.clone());
  }

  public String name() {
    return name;
  }

  /** What the images are, their licence where it is known, and who split them; or empty. */
  public String description() {
    return description;
  }

  public int channels() {
    return channels;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** The classes' names; a label is an index into them. */
  public List<String> classNames() {
    return classNames;
  }

  public int classes() {
    return classNames.size();
  }

  /** The number of images. */
  public int count() {
    return labels.length;
  }

  /**
   * The mean and standard deviation that go with this set: the published ones of its whole training
   * split, or those of its training images as they are read here. Views keep them, so a validation
   * or test split is normalised as its training split is.
   */
  public Normalization normalization() {
    return normalization;
  }

  /** The class of image {@code index}. */
  public int label(int index) {
    return labels[index];
  }

  /** All labels, {@code [N]}, a copy. */
  public int[] labels() {
    return labels.clone();
  }

  /** The bytes of image {@code index}, {@code [C, H, W]}, a copy. */
  public byte[] image(int index) {
    int start = offset(index);
    return Arrays.copyOfRange(chunk(index), start, start + store.imageBytes());
  }

  byte[] chunk(int index) {
    return store.chunk(rows[index]);
  }

  int offset(int index) {
    return store.offset(rows[index]);
  }

  /** The number of images of each class. */
  public int[] classCounts() {
    int[] counts = new int[classes()];
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  /**
   * The first images of each class, {@code n} in all (or every image, if there are no more). The
   * classes take turns: first the earliest image of each, then the second earliest, and so on, so
   * the counts of well-filled classes differ by one at most. No chance is involved, the images keep
   * their order, and a smaller limit is contained in a larger one.
   */
  public ImageDataset limit(int n) {
    if (n < 1) {
      throw new IllegalArgumentException(
          "limit: expected at least one image, but got " + n + "; leave it out to use all");
    }
    return n >= count() ? this : subset(firstInTurns(labels, classes(), n));
  }

  /** Which {@code n} of the images with {@code labels} a limit takes, in their order. */
  static int[] firstInTurns(int[] labels, int classes, int n) {
    int[] seen = new int[classes];
    int[] turn = new int[labels.length];
    int[] perTurn = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      turn[i] = seen[labels[i]]++;
      perTurn[turn[i]]++;
    }
    int lastTurn = 0;
    int left = n; // images that turn lastTurn and those after it may still take
    while (left > perTurn[lastTurn]) {
      left -= perTurn[lastTurn++];
    }
    int[] chosen = new int[n];
    int filled = 0;
    for (int i = 0; i < labels.length && filled < n; i++) {
      if (turn[i] < lastTurn || (turn[i] == lastTurn && left-- > 0)) {
        chosen[filled++] = i;
      }
    }
    return chosen;
  }

  /** The images at {@code indices} of this set, in that order. */
  public ImageDataset subset(int... indices) {
    int[] chosenRows = new int[indices.length];
    int[] chosenLabels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= count()) {
        throw new IllegalArgumentException(
            "subset: %s has images [0, %d), but index %d asks for %d"
                .formatted(name, count(), i, indices[i]));
      }
      chosenRows[i] = rows[indices[i]];
      chosenLabels[i] = labels[indices[i]];
    }
    return new ImageDataset(
        name,
        channels,
        height,
        width,
        classNames,
        normalization,
        store,
        chosenRows,
        chosenLabels,
        description);
  }

  /** A training split and the validation split that was held out of it. */
  public record Holdout(ImageDataset train, ImageDataset validation) {}

  /**
   * Holds {@code fraction} of each class out for validation, chosen by {@code seed}; both parts
   * keep the order of this set. A class gives the nearest whole number of images.
   */
  public Holdout split(double fraction, long seed) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "split: the fraction held out must lie between 0 and 1, but is " + fraction);
    }
    int[] counts = classCounts();
    int[] quota = new int[classes()];
    for (int c = 0; c < quota.length; c++) {
      quota[c] = (int) Math.round(fraction * counts[c]);
    }
    boolean[] held = new boolean[count()];
    int heldCount = 0;
    for (int i : new Philox(seed, SPLIT_STREAM).permutation(count())) {
      if (quota[labels[i]]-- > 0) {
        held[i] = true;
        heldCount++;
      }
    }
    int[] validation = new int[heldCount];
    int[] train = new int[count() - heldCount];
    for (int i = 0, v = 0, t = 0; i < count(); i++) {
      if (held[i]) {
        validation[v++] = i;
      } else {
        train[t++] = i;
      }
    }
    return new Holdout(subset(train), subset(validation));
  }

  /**
   * Mean and (population) standard deviation of each channel over all images, of pixels in [0, 1].
   * The sums are whole numbers, so they are exact and independent of the images' order. A channel
   * that never changes has a standard deviation of 1, which normalises it to 0.
   */
  public Normalization statistics() {
    int plane = height * width;
    Float[] mean = new Float[channels];
    Float[] std = new Float[channels];
    for (int c = 0; c < channels; c++) {
      long sum = 0;
      long squares = 0;
      for (int i = 0; i < count(); i++) {
        byte[] pixels = chunk(i);
        int start = offset(i) + c * plane;
        for (int p = start; p < start + plane; p++) {
          long value = pixels[p] & 0xFF;
          sum += value;
          squares += value * value;
        }
      }
      double total = (double) count() * plane;
      double m = sum / total;
      mean[c] = (float) (m / 255);
      float deviation = (float) (Math.sqrt(Math.max(0, squares / total - m * m)) / 255);
      std[c] = deviation > 0 ? deviation : 1;
    }
    return new Normalization(List.of(mean), List.of(std));
  }

  static int[] inOrder(int n) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    return order;
  }
}
