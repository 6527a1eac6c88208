package dev.hone.datasets.fetch;

import java.net.URI;
import java.util.List;

/**
 * A file as its publisher made it.
 *
 * @param bytes its size
 * @param sha256 its SHA-256, which decides whether a file is this one
 * @param md5 the MD5 on the publisher's page, for comparing by hand; empty if there is none
 * @param mirrors where it can be had, the best first
 */
public record PublishedFile(String name, long bytes, String sha256, String md5, List<URI> mirrors) {
  public PublishedFile {
    mirrors = List.copyOf(mirrors);
    if (name.isEmpty() || name.contains("/") || bytes < 1 || !sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "a published file needs a plain name, a size and a SHA-256, but has '%s', %d, '%s'"
              .formatted(name, bytes, sha256));
    }
  }

  static PublishedFile of(String name, long bytes, String sha256, String md5, String... bases) {
    return new PublishedFile(
        name, bytes, sha256, md5, List.of(bases).stream().map(base -> at(base, name)).toList());
  }

  /** A base ends in a slash and is followed by the file's name; anything else is a whole URL. */
  private static URI at(String base, String name) {
    return URI.create(base.endsWith("/") ? base + name : base);
  }

  /** The same file from {@code bases} and nowhere else. */
  PublishedFile from(List<URI> bases) {
    List<URI> own =
        bases.stream()
            .map(Object::toString)
            .map(base -> base.endsWith(name) || base.endsWith("/") ? base : base + "/")
            .map(base -> at(base, name))
            .toList();
    return new PublishedFile(name, bytes, sha256, md5, own);
  }
}
