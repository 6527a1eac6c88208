import java.util.ArrayList;
import java.util.List;

/** Register tiles of the weight gradient: see WeightGradient. */
final class WeightGradientFamily extends Family {
  private final Transposition transposition;

  WeightGradientFamily(Target target) {
    super("WeightGradientKernels", target);
    transposition = new Transposition("FloatVector", "float", t.lanes());
  }

  /** Input channels of a tile against {@code vectors} vectors of dy, most first and down to 1. */
  private List<Integer> widths(int vectors) {
    int most = t.registers() == 32 || vectors == 1 ? 8 : vectors == 2 ? 6 : 4;
    return most == 4 ? List.of(4, 3, 2, 1) : List.of(most, 4, 3, 2, 1);
  }

  @Override
  void body() {
    touch();
    transpose();
    productsOfAnySize();
    squares();
  }

  private void productsOfAnySize() {
    line("@Override public int width(int vectors, int channels) {");
    line("int most = vectors == 1 ? " + widths(1).getFirst() + " : vectors == 2 ? "
        + widths(2).getFirst() + " : " + widths(3).getFirst() + ";");
    line("return channels >= most ? most : Math.min(channels, 4); }");
    line("@Override public void products(int vectors, int width, float[] x, int xo, int xStep,"
        + " float[] dy, int dyo, int dyStep, int gap, int count, int images, float[] sums, int so)"
        + " {");
    line("switch (vectors * 16 + width) {");
    for (int n = 1; n <= 3; n++) {
      for (int w : widths(n)) {
        line("case " + (n * 16 + w) + " -> products" + n + "x" + w
            + "(x, xo, xStep, dy, dyo, dyStep, gap, count, images, sums, so);");
      }
    }
    line("default -> throw new IllegalArgumentException(\"no tile of \" + vectors + \" x \" + width);");
    line("} }");
    for (int n = 1; n <= 3; n++) {
      for (int w : widths(n)) {
        products(n, w);
      }
    }
  }

  private void squares() {
    line("@Override public int few() { return " + few() + "; }");
    line("@Override public float square(int width, float[] x, int xo, int xStep, float[] dy, int d0,"
        + " int d1, int d2, int dyStep, int count, int images, float[] sums, int so,"
        + " float[] ahead, int ao, int aStep) {");
    line("return switch (width) {");
    for (int w = 1; w <= few(); w++) {
      line("case " + w + " -> square" + w
          + "(x, xo, xStep, dy, d0, d1, d2, dyStep, count, images, sums, so, ahead, ao, aStep);");
    }
    line("default -> throw new IllegalArgumentException(\"no square of \" + width);");
    line("}; }");
    for (int w = 1; w <= few(); w++) {
      square(w);
    }
  }

  /** Input channels that have room beside nine taps. */
  private int few() {
    return t.registers() == 32 ? 3 : 1;
  }

  private void touch() {
    line("@Override public float touch(float[] x, int from, int count) {");
    vector("s", t.broadcast("0f"));
    vector("u", t.broadcast("0f"));
    line("int i = 0;");
    line("for (; i < count - 1; i += 2) {");
    line("s = " + t.add("s", t.load("x", "from + i * L")) + ";");
    line("u = " + t.add("u", t.load("x", "from + i * L + L")) + ";");
    line("}");
    line("return " + (t.lanes() == 1 ? "s + u" : "s.add(u).lane(0)") + "; }");
  }

  private void transpose() {
    if (t.lanes() > 1) {
      transposition.fields(this);
    }
    line("@Override public void transpose(float[] x, int xo, int xStep, float[] y, int yo,"
        + " int yStep, int count) {");
    if (t.lanes() > 1) {
      transposition.constants(this, "S");
    }
    line("for (int i = 0; i < count; i++) {");
    line("int p = xo + i * xStep; int q = yo + i * yStep;");
    if (t.lanes() == 1) {
      line("y[q] = x[p];");
    } else {
      List<String> rows = new ArrayList<>();
      for (int k = 0; k < t.lanes(); k++) {
        vector("d" + k, t.load("x", "p + " + k + " * L"));
        rows.add("d" + k);
      }
      List<String> columns = transposition.exchange(this, rows);
      for (int k = 0; k < t.lanes(); k++) {
        line(t.store(columns.get(k), "y", "q + " + k + " * L"));
      }
    }
    line("} }");
  }

  private void products(int vectors, int width) {
    line("private static void products" + vectors + "x" + width + "(float[] x, int xo, int xStep,"
        + " float[] dy, int dyo, int dyStep, int gap, int count, int images, float[] sums, int so)"
        + " {");
    for (int c = 0; c < width; c++) {
      for (int n = 0; n < vectors; n++) {
        vector("a" + c + n, t.broadcast("0f"));
      }
    }
    line("for (int j = 0; j < count; j++) {");
    line("int p = xo + j * xStep;");
    for (int n = 0; n < vectors; n++) {
      line("int q" + n + " = dyo + j * dyStep + " + n + " * gap;");
    }
    line("for (int i = 0; i < images; i++) {");
    for (int n = 0; n < vectors; n++) {
      vector("g" + n, t.load("dy", "q" + n + " + i * L"));
    }
    for (int c = 0; c < width; c++) {
      vector("x" + c, t.broadcast("x[p + i + " + c + " * L]"));
      for (int n = 0; n < vectors; n++) {
        line("a" + c + n + " = " + t.fma("x" + c, "g" + n, "a" + c + n) + ";");
      }
    }
    line("} }");
    for (int c = 0; c < width; c++) {
      for (int n = 0; n < vectors; n++) {
        String at = "so + " + (c * vectors + n) + " * L";
        line("a" + c + n + " = " + t.add("a" + c + n, t.load("sums", at)) + ";");
        line(t.store("a" + c + n, "sums", at));
      }
    }
    line("}");
  }

  private void square(int width) {
    line("private static float square" + width + "(float[] x, int xo, int xStep, float[] dy, int d0,"
        + " int d1, int d2, int dyStep, int count, int images, float[] sums, int so,"
        + " float[] ahead, int ao, int aStep) {");
    line("float near = 0;");
    for (int c = 0; c < width; c++) {
      for (int tap = 0; tap < 9; tap++) {
        vector("a" + c + tap, t.broadcast("0f"));
      }
    }
    line("for (int j = 0; j < count; j++) {");
    line("int p = xo + j * xStep;");
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 3; k++) {
        line("int q" + (3 * i + k) + " = d" + i + " + (j + " + (2 - k) + ") * dyStep;");
      }
    }
    line("int r = ao + j * aStep;");
    line("for (int i = 0; i < images; i++) {");
    line("near += ahead[r + i * L];");
    for (int c = 0; c < width; c++) {
      vector("x" + c, t.broadcast("x[p + i + " + c + " * L]"));
    }
    for (int tap = 0; tap < 9; tap++) {
      vector("g" + tap, t.load("dy", "q" + tap + " + i * L"));
      for (int c = 0; c < width; c++) {
        line("a" + c + tap + " = " + t.fma("x" + c, "g" + tap, "a" + c + tap) + ";");
      }
    }
    line("} }");
    for (int c = 0; c < width; c++) {
      for (int tap = 0; tap < 9; tap++) {
        String at = "so + " + (c * 9 + tap) + " * L";
        line("a" + c + tap + " = " + t.add("a" + c + tap, t.load("sums", at)) + ";");
        line(t.store("a" + c + tap, "sums", at));
      }
    }
    line("return near; }");
  }
}
