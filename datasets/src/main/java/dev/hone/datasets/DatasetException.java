package dev.hone.datasets;

import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;

/**
 * A data set's file is missing, damaged or not what its name says. The message is one line: the
 * file, what was expected of it, what was found, and the way out.
 */
public final class DatasetException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private DatasetException(String message) {
    super(printable(message));
  }

  private DatasetException(String message, Throwable cause) {
    super(printable(message), cause);
  }

  /** On one line, whatever characters the names in archives are made of. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
  }

  static DatasetException of(String file, String expected, String found, String wayOut) {
    return new DatasetException(
        file + ": expected " + expected + ", but found " + found + "; " + wayOut);
  }

  /** The bytes could not be had at all: unreadable, cut short, or a broken compressed stream. */
  static DatasetException unreadable(String file, String expected, IOException cause) {
    if (cause instanceof EOFException) {
      return new DatasetException(
          file + ": expected " + expected + ", but it ends too early; fetch the file again", cause);
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return new DatasetException(
        file
            + ": expected "
            + expected
            + ", but reading it failed ("
            + cause.getClass().getSimpleName()
            + (reason.isEmpty() ? "" : ": " + reason)
            + "); fetch the file again or check its permissions",
        cause);
  }
}
