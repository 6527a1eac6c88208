package dev.hone.kernels.ptx;

import java.util.List;

/** Walks over the tokens of a source. */
final class Cursor {
  private final Source source;
  private final List<Token> tokens;
  private int at;

  Cursor(Source source) {
    this.source = source;
    this.tokens = Lexer.tokens(source);
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekAfter() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  boolean atEnd() {
    return peek().is(Token.END);
  }

  Token next() {
    Token t = peek();
    if (at < tokens.size() - 1) {
      at++;
    }
    return t;
  }

  /** Takes {@code sign} if it comes next. */
  boolean take(String sign) {
    if (peek().is(sign)) {
      next();
      return true;
    }
    return false;
  }

  Token expect(String sign, String where) {
    if (!peek().is(sign)) {
      throw unexpected("'" + sign + "' " + where);
    }
    return next();
  }

  Token word(String what) {
    if (!peek().isWord()) {
      throw unexpected(what);
    }
    return next();
  }

  /** A whole number that is not negative. */
  int number(String what) {
    Token t = peek();
    if (!t.isNumber()) {
      throw unexpected(what);
    }
    next();
    long value = whole(t);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw source.error(t.at(), what + " is out of range");
    }
    return (int) value;
  }

  /** A type directive, as {@code .f32}. */
  PtxType type(String what) {
    Token t = next();
    PtxType type = t.text().startsWith(".") ? PtxType.named(t.text().substring(1)) : null;
    if (type == null) {
      throw source.error(
          t.at(), "expected a type such as .f32 for " + what + ", found " + shown(t));
    }
    return type;
  }

  PtxException unexpected(String expected) {
    return source.error(peek().at(), "expected " + expected + ", found " + shown(peek()));
  }

  PtxException error(Token at, String problem) {
    return source.error(at.at(), problem);
  }

  static String shown(Token t) {
    return t.is(Token.END) ? "the end of the file" : "'" + t.text() + "'";
  }

  /** Decimal, hexadecimal, octal or binary, with or without U (PTX ISA, section 4.5.1). */
  long whole(Token t) {
    String s = t.text();
    if (s.endsWith("U")) {
      s = s.substring(0, s.length() - 1);
    }
    try {
      if (s.startsWith("0x") || s.startsWith("0X")) {
        return Long.parseUnsignedLong(s.substring(2), 16);
      }
      if (s.startsWith("0b") || s.startsWith("0B")) {
        return Long.parseUnsignedLong(s.substring(2), 2);
      }
      return s.length() > 1 && s.startsWith("0")
          ? Long.parseUnsignedLong(s, 8)
          : Long.parseUnsignedLong(s);
    } catch (NumberFormatException e) {
      throw source.error(t.at(), shown(t) + " is no integer of PTX: 12, 0x1F, 017, 0b101, 12U");
    }
  }
}
