package dev.hone.datasets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The image files of a data set, listed but not read: loads a split of them, from the cache or by
 * decoding both splits and caching them.
 *
 * @param place what errors call it
 * @param identity of the place, where the entries' stamps alone do not make it certain
 */
record ImageFileSet(
    String name,
    Path place,
    String identity,
    List<ImageEntry> entries,
    List<String> classNames,
    String description,
    EncodedImages files) {
  /** Counts up when decoding changes, so that no older cache is taken for the same. */
  private static final String DECODING = "1";

  ImageDataset load(Split split, ReadOptions options) throws IOException {
    ImageFileSet limited = limit(options.limit());
    List<ImageEntry> wanted = limited.of(split);
    if (wanted.isEmpty()) {
      throw DatasetException.of(
          place.toString(),
          "images of the " + split + " split",
          "none",
          "add images, or a folder " + split + " beside the other split's");
    }
    var cache = new PixelCache(limited.key(options.side()), options.side());
    if (options.cached()) {
      requireRoom(place, wanted.size(), options.side());
      Optional<PixelCache.Part> found =
          cache.read(split, limited.of(Split.TRAIN).size(), limited.of(Split.TEST).size());
      if (found.isPresent()) {
        return limited.dataset(split, found.get(), options.side());
      }
    }
    SplitStores stores = limited.decode(options);
    Normalization normalization = limited.normalization(stores, options.side());
    if (options.cached()) {
      cache.write(stores, normalization);
    }
    var part = new PixelCache.Part(stores.of(split), normalization);
    return limited.dataset(split, part, options.side());
  }

  private List<ImageEntry> of(Split split) {
    return entries.stream().filter(entry -> entry.split() == split).toList();
  }

  private ImageFileSet limit(int limit) {
    if (limit == 0) {
      return this;
    }
    var chosen = new ArrayList<ImageEntry>();
    for (Split split : Split.values()) {
      List<ImageEntry> all = of(split);
      int[] labels = all.stream().mapToInt(ImageEntry::label).toArray();
      int n = Math.min(limit, labels.length);
      for (int i : ImageDataset.firstInTurns(labels, classNames.size(), n)) {
        chosen.add(all.get(i));
      }
    }
    return new ImageFileSet(name, place, identity, chosen, classNames, description, files);
  }

  private SplitStores decode(ReadOptions options) throws IOException {
    requireRoom(place, entries.size(), options.side());
    var decoder = new ImageDecoder(options.side());
    var stores =
        new SplitStores(
            new ImageStore(decoder.imageBytes(), of(Split.TRAIN).size()),
            new ImageStore(decoder.imageBytes(), of(Split.TEST).size()));
    int[] slots = slots();
    int[] done = {0};
    try (var threads = new ParallelDecoder(decoder)) {
      files.each(
          entries,
          (i, file) -> {
            ImageEntry entry = entries.get(i);
            threads.submit(
                files.nameOf(entry.path()), file, entry.crop(), stores.of(entry.split()), slots[i]);
            options.progress().made("decoding " + name, ++done[0], entries.size());
          });
      threads.finish();
    }
    return stores;
  }

  /** The place of each entry within its split. */
  private int[] slots() {
    int[] slots = new int[entries.size()];
    int train = 0;
    int test = 0;
    for (int i = 0; i < slots.length; i++) {
      slots[i] = entries.get(i).split() == Split.TRAIN ? train++ : test++;
    }
    return slots;
  }

  /** Of the training images; of the test images where there are no others. */
  private Normalization normalization(SplitStores stores, int side) {
    Split split = stores.of(Split.TRAIN).count() > 0 ? Split.TRAIN : Split.TEST;
    var unnormalised = new PixelCache.Part(stores.of(split), Normalization.none());
    return dataset(split, unnormalised, side).statistics();
  }

  private ImageDataset dataset(Split split, PixelCache.Part part, int side) {
    int[] labels = of(split).stream().mapToInt(ImageEntry::label).toArray();
    return new ImageDataset(
            name,
            ImageDecoder.CHANNELS,
            side,
            side,
            classNames,
            part.normalization(),
            part.store(),
            ImageDataset.inOrder(labels.length),
            labels)
        .describedAs(description);
  }

  /** An answer at once is better than an OutOfMemoryError after minutes of decoding. */
  static void requireRoom(Path place, long images, int side) {
    long bytes = images * ImageDecoder.CHANNELS * side * side;
    long most = Runtime.getRuntime().maxMemory() / 4 * 3;
    if (bytes > most) {
      throw DatasetException.of(
          place.toString(),
          "images that fit into memory, %,d MiB at most".formatted(most >> 20),
          "%,d of %dx%d, %,d MiB".formatted(images, side, side, bytes >> 20),
          "choose a smaller image size or a limit, or give the JVM more memory (-Xmx)");
    }
  }

  /** Changes with any of the files and with everything that decides what becomes of them. */
  private String key(int side) {
    MessageDigest digest = FolderLayout.sha256();
    digest.update(
        String.join("\0", DECODING, String.valueOf(side), identity, "")
            .getBytes(StandardCharsets.UTF_8));
    for (ImageEntry entry : entries) {
      digest.update(
          String.join(
                  "\0",
                  entry.path(),
                  entry.stamp(),
                  entry.split().toString(),
                  entry.crop().toString(),
                  "")
              .getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
