package dev.hone.bench.cli;

/**
 * Something the user can mend before anything has run: a setting that cannot be, a file or a
 * requirement that is missing. Printed as one line, exit code 2.
 */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  Refusal(String message) {
    super(message);
  }
}
