package dev.hone.kernels.cuda;

/** What was asked while a stream captures cannot be part of a graph. */
public final class CaptureException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public CaptureException(String message) {
    super(message);
  }
}
