package dev.hone.kernels.ptx;

/** A PTX source that is wrong: where, what, and the line with a caret under the place. */
public final class PtxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String message;
  private final int line;
  private final int column;

  PtxException(String name, String sourceLine, int line, int column, String problem) {
    this(
        "%s.ptx:%d:%d: %s%n  %s%n  %s^"
            .formatted(name, line, column, problem, sourceLine, indent(sourceLine, column)),
        line,
        column);
  }

  private PtxException(String message, int line, int column) {
    super(message);
    this.message = message;
    this.line = line;
    this.column = column;
  }

  /** Tabs stay tabs, so that the caret lands under its column however wide they are shown. */
  private static String indent(String sourceLine, int column) {
    var space = new StringBuilder();
    for (int i = 0; i < column - 1; i++) {
      space.append(i < sourceLine.length() && sourceLine.charAt(i) == '\t' ? '\t' : ' ');
    }
    return space.toString();
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** From 1. */
  public int line() {
    return line;
  }

  /** From 1. */
  public int column() {
    return column;
  }
}
