package dev.hone.datasets.fetch;

import java.io.Serial;

/**
 * A file could not be fetched or kept. The message is one line: the file, what happened, and the
 * way out.
 */
public final class FetchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  FetchException(String message) {
    super(message);
  }

  FetchException(String message, Throwable cause) {
    super(message, cause);
  }
}
