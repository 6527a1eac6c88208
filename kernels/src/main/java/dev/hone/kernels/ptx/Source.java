package dev.hone.kernels.ptx;

import java.util.List;

/** A PTX text with the name that its errors carry. */
record Source(String name, String text, List<String> lines) {
  static Source of(String text, String name) {
    return new Source(name, text, text.lines().toList());
  }

  /** The line's text, from 1. */
  String line(int number) {
    return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
  }

  PtxException error(Position at, String problem) {
    return new PtxException(name, line(at.line()), at.line(), at.column(), problem);
  }
}
