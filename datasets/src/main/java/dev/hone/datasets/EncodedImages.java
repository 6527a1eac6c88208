package dev.hone.datasets;

import java.io.IOException;
import java.util.List;

/** Where the bytes of image files come from. */
interface EncodedImages {
  /** Files larger than this are refused: the largest photographs have half of it. */
  int MAX_FILE_BYTES = 32 << 20;

  /** What takes the files. */
  interface Sink {
    /**
     * @param entry the file's place in the list that was asked for
     * @param file the whole file
     */
    void accept(int entry, byte[] file);
  }

  /** Passes the file of each entry to {@code sink}, in whatever order costs least. */
  void each(List<ImageEntry> entries, Sink sink) throws IOException;

  /** What an error calls the file at {@code path}. */
  String nameOf(String path);

  /** The error for a file of more than {@link #MAX_FILE_BYTES}. */
  static DatasetException tooLarge(String name) {
    return DatasetException.of(
        name,
        "an image file of at most " + (MAX_FILE_BYTES >> 20) + " MiB",
        "more",
        "shrink the image or take it out");
  }
}
