package dev.hone.datasets.fetch;

import java.util.Locale;

/** Sizes as people read them. */
public final class Bytes {
  private static final long KB = 1000;
  private static final long MB = 1000 * KB;
  private static final long GB = 1000 * MB;

  private Bytes() {}

  /** {@code 512 bytes}, {@code 29.5 KB}, {@code 168.5 MB}, {@code 1.15 GB}. */
  public static String words(long bytes) {
    if (bytes < KB) {
      return bytes + (bytes == 1 ? " byte" : " bytes");
    }
    if (bytes < MB) {
      return String.format(Locale.ROOT, "%.1f KB", (double) bytes / KB);
    }
    return bytes < GB
        ? String.format(Locale.ROOT, "%.1f MB", (double) bytes / MB)
        : String.format(Locale.ROOT, "%.2f GB", (double) bytes / GB);
  }
}
