package dev.hone.nn.weights;

/** A file of numbers that cannot be read, written or used; the message is one line for people. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names come from files, and may be as long as those. */
  private static final int MAX_LENGTH = 10_000;

  /**
   * @param file which
   * @param what is wrong with it
   * @param wayOut what to do
   */
  public WeightsException(String file, String what, String wayOut) {
    super(line(file, what, wayOut));
  }

  WeightsException(String file, String what, String wayOut, Throwable cause) {
    super(line(file, what, wayOut), cause);
  }

  private static String line(String file, String what, String wayOut) {
    String of = what.length() <= MAX_LENGTH ? what : what.substring(0, MAX_LENGTH) + "...";
    return printable(file + ": " + of + "; " + wayOut);
  }

  /** {@code text} for a terminal: names in a file must neither break the line nor colour it. */
  public static String printable(String text) {
    var line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.SURROGATE,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR ->
                line.append("\\u%04x".formatted(c));
            default -> line.appendCodePoint(c);
          }
        });
    return line.toString();
  }
}
