package dev.hone.nn.weights;

/** A file of numbers that cannot be read, written or used; the message is one line for people. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param file which
   * @param what is wrong with it
   * @param wayOut what to do
   */
  public WeightsException(String file, String what, String wayOut) {
    super(file + ": " + what + "; " + wayOut);
  }

  WeightsException(String file, String what, String wayOut, Throwable cause) {
    super(file + ": " + what + "; " + wayOut, cause);
  }
}
