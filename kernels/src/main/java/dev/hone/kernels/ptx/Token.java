package dev.hone.kernels.ptx;

/** A word, number, directive or single sign of the source. */
record Token(String text, Position at) {
  /** What the last token of each list looks like. */
  static final String END = "";

  boolean is(String sign) {
    return text.equals(sign);
  }

  boolean isNumber() {
    return !text.isEmpty() && Character.isDigit(text.charAt(0));
  }

  /** Whether it can name a register, label, variable or opcode. */
  boolean isWord() {
    if (text.isEmpty()) {
      return false;
    }
    char c = text.charAt(0);
    return Character.isLetter(c) || c == '_' || c == '$' || c == '%';
  }
}
