package dev.hone.bench.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Writes markup that is well-formed by construction: every text and attribute is escaped, every
 * element is closed. The page is XML as well as HTML, so a test can parse it with the JDK.
 */
final class Html {
  private static final Set<String> VOID = Set.of("img", "meta", "br", "col");

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes come as name, value, name, value, ... */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    if (VOID.contains(tag)) {
      throw new IllegalArgumentException("html: <" + tag + "> has no content, use empty()");
    }
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Closes the innermost open element. */
  Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element without content. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    out.append(VOID.contains(tag) ? "/>" : "></" + tag + ">");
    return this;
  }

  /** An element that holds text only. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** Text, escaped. */
  Html text(String text) {
    escape(text);
    return this;
  }

  /** The style sheet, which is ours and holds neither {@code <} nor {@code &}. */
  Html style(String css) {
    if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
      throw new IllegalArgumentException("html: the style sheet holds < or &, which must not be");
    }
    out.append("<style>").append(css).append("</style>");
    return this;
  }

  /** The document so far; every element must have been closed. */
  String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("html: not closed: " + open);
    }
    return "<!DOCTYPE html>\n" + out + "\n";
  }

  private void start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(isPrintable(c) ? c : 0xfffd);
          }
        });
  }

  /** What XML 1.0 allows, less C1 controls and the characters that reorder text. */
  private static boolean isPrintable(int c) {
    if (c < 0x20) {
      return c == '\t' || c == '\n' || c == '\r';
    }
    boolean control = c >= 0x7f && c <= 0x9f;
    boolean surrogateOrNone = (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff;
    boolean reorders = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !control && !surrogateOrNone && !reorders;
  }
}
