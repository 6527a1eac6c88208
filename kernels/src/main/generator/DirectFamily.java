/** Tiles of the direct convolution, its epilogue, and packing. */
final class DirectFamily extends Family {
  DirectFamily(Target target) {
    super("DirectKernels", target);
  }

  @Override
  void body() {
    line("@Override public int channels() { return " + t.channels() + "; }");
    line("@Override public int[] columns() { return new int[] {"
        + t.columns().toString().replaceAll("[\\[\\]]", "") + "}; }");
    tiles();
    finish();
    packs();
    copies();
  }

  private static final String TILE =
      "float[] x, int xo, int[] taps, int from, int to, int run, float[] w, int wo, float[] bias,"
          + " int bo, float[] y, int yo, int yStep) {";

  private void tiles() {
    line("@Override public void tile(int channels, int columns, " + TILE);
    line("switch (channels * 8 + columns) {");
    for (int c = 1; c <= t.channels(); c++) {
      for (int columns : t.columns()) {
        line("case " + (c * 8 + columns) + " -> tile" + c + "x" + columns
            + "(x, xo, taps, from, to, run, w, wo, bias, bo, y, yo, yStep);");
      }
    }
    line("default -> throw new IllegalArgumentException(channels + \"x\" + columns);");
    line("} }");
    for (int c = 1; c <= t.channels(); c++) {
      for (int columns : t.columns()) {
        tile(c, columns);
      }
    }
  }

  private void tile(int channels, int columns) {
    line("private static void tile" + channels + "x" + columns + "(" + TILE);
    for (int o = 0; o < channels; o++) {
      for (int j = 0; j < columns; j++) {
        vector("a" + o + j, t.broadcast("bias[bo + " + o + "]"));
      }
    }
    line("for (int tap = from; tap < to; tap++) {");
    line("int p = xo + taps[tap];");
    line("int q = wo + tap * run * " + channels + ";");
    line("for (int i = 0; i < run; i++) {");
    for (int j = 0; j < columns; j++) {
      vector("x" + j, t.load("x", "p + " + j + " * L"));
    }
    for (int o = 0; o < channels; o++) {
      vector("w" + o, t.broadcast("w[q + " + o + "]"));
      for (int j = 0; j < columns; j++) {
        line("a" + o + j + " = " + t.fma("x" + j, "w" + o, "a" + o + j) + ";");
      }
    }
    line("p += " + columns + " * L; q += " + channels + ";");
    line("} }");
    forTile(channels, columns, t.store("a%1$d%2$d", "y", "yo + %2$d * yStep + %1$d * L"));
    line("}");
  }

  private void forTile(int channels, int columns, String format) {
    for (int j = 0; j < columns; j++) {
      for (int o = 0; o < channels; o++) {
        line(format.formatted(o, j));
      }
    }
  }

  /**
   * The epilogue, apart from the tile: with its branches in one method with the loop, C2 spills
   * accumulators and loses half of the speed. The numbers are still in the first-level cache.
   */
  private void finish() {
    line("@Override public void finish(Epilogue epilogue, float[] y, int yo, int count) {");
    line(Finish.choose("finish", "y, yo, count"));
    line("}");
    for (Finish finish : Finish.ALL) {
      line("private static void finish" + finish.suffix() + "(float[] y, int yo, int count"
          + finish.parameters() + ") {");
      if (finish.masks()) {
        vector("zero", t.broadcast("0f"));
      }
      line("for (int i = yo; i < yo + count * L; i += L) {");
      vector("v", t.load("y", "i"));
      line("v = " + finish.apply(t, "v", "i") + ";");
      line(t.store("v", "y", "i"));
      line("} }");
    }
  }

  /** Columns of a panel beside each other: y[i][j] = x[j][i]. */
  private void packs() {
    line("@Override public void pack(int columns, float[] x, int xo, int xStep, float[] y, int yo,"
        + " int count) {");
    line("switch (columns) {");
    for (int columns : t.columns()) {
      line("case " + columns + " -> pack" + columns + "(x, xo, xStep, y, yo, count);");
    }
    line("default -> throw new IllegalArgumentException(\"columns: \" + columns);");
    line("} }");
    for (int columns : t.columns()) {
      line("private static void pack" + columns
          + "(float[] x, int xo, int xStep, float[] y, int yo, int count) {");
      line("for (int i = 0; i < count; i++) {");
      for (int j = 0; j < columns; j++) {
        line(t.store(t.load("x", "xo + " + j + " * xStep + i * L"), "y",
            "yo + (i * " + columns + " + " + j + ") * L"));
      }
      line("} }");
    }
  }

  private void copies() {
    for (int width : new int[] {1, 4}) {
      line("@Override public void copy" + width + "(float[] x, int xo, int xStep, float[] y, int yo,"
          + " int yStep, int count) {");
      line("for (int i = 0; i < count; i++) {");
      for (int k = 0; k < width; k++) {
        line(t.store(t.load("x", "xo + i * xStep + " + k + " * L"), "y",
            "yo + i * yStep + " + k + " * L"));
      }
      line("} }");
    }
  }
}
