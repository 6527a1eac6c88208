package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;

/** Cuts a source into tokens; comments go. */
final class Lexer {
  private final Source source;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineStart;

  private Lexer(Source source) {
    this.source = source;
    this.text = source.text();
  }

  static List<Token> tokens(Source source) {
    return new Lexer(source).run();
  }

  private List<Token> run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        newLine();
      } else if (Character.isWhitespace(c)) {
        at++;
      } else if (text.startsWith("//", at)) {
        skipLine();
      } else if (text.startsWith("/*", at)) {
        skipComment();
      } else {
        tokens.add(next(c));
      }
    }
    tokens.add(new Token(Token.END, here()));
    return tokens;
  }

  private void newLine() {
    at++;
    line++;
    lineStart = at;
  }

  private Position here() {
    return new Position(line, at - lineStart + 1);
  }

  private void skipLine() {
    while (at < text.length() && text.charAt(at) != '\n') {
      at++;
    }
  }

  private void skipComment() {
    Position start = here();
    int end = text.indexOf("*/", at + 2);
    if (end < 0) {
      throw source.error(start, "this comment never ends; close it with */");
    }
    while (at < end) {
      if (text.charAt(at) == '\n') {
        newLine();
      } else {
        at++;
      }
    }
    at = end + 2;
  }

  private Token next(char c) {
    Position start = here();
    int from = at;
    at++;
    if (c == '"') {
      while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
        at++;
      }
      if (at >= text.length() || text.charAt(at) != '"') {
        throw source.error(start, "this string never ends");
      }
      at++;
    } else if (isWord(c) || c == '.' || c == '%') {
      while (at < text.length() && (isWord(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
    } else if (c > 126) {
      throw source.error(start, "'" + c + "' is no sign of PTX");
    }
    return new Token(text.substring(from, at), start);
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '$';
  }
}
