package dev.hone.autograd;

/** A NaN or an infinity where a number was needed; the message says which op and block made it. */
public final class NonFiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  public NonFiniteException(String message) {
    super(message);
  }
}
