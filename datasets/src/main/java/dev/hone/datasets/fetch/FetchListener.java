package dev.hone.datasets.fetch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** Hears what a fetch does, on the thread that fetches. */
public interface FetchListener {
  /** Hears nothing. */
  FetchListener SILENT = new FetchListener() {};

  /** Another process fetches into {@code folder}; this one waits until it has ended. */
  default void waiting(Path folder) {}

  /** The file was there already, and is the published one. */
  default void present(Path file) {}

  /** Bytes begin to come, from {@code have} on. */
  default void started(PublishedFile file, URI from, long have) {}

  /** There are {@code have} bytes of the file now. */
  default void received(PublishedFile file, long have) {}

  /** The mirror will be asked again after {@code wait}. */
  default void retrying(PublishedFile file, URI mirror, String why, Duration wait) {}

  /** The mirror is given up. */
  default void refused(PublishedFile file, URI mirror, String why) {}

  /** The file is whole, its checksum right. */
  default void finished(Path file) {}
}
