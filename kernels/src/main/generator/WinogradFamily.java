import java.util.List;

/** The transforms and products of Winograd F(4x4, 3x3): see WinogradConvolution. */
final class WinogradFamily extends Family {
  WinogradFamily(Target target) {
    super("WinogradKernels", target);
  }

  @Override
  void body() {
    line("@Override public int channels() { return " + t.channels() + "; }");
    winogradInput();
    winogradProducts();
    winogradOutput();
  }

  /** Tiles that are multiplied together. */
  private static final int TILES = 4;

  /** The first of a two-dimensional transform's passes leaves its rows in {@code scratch}. */
  private void winogradInput() {
    line("@Override public void winogradInput(float[] x, int xo, int rowStep, int columnStep,"
        + " int channels, float[] scratch, float[] v, int vo, int placeStep) {");
    line("for (int c = 0; c < channels; c++) {");
    line("for (int j = 0; j < 6; j++) {");
    line("int p = xo + c * L + j * columnStep;");
    inputTransform("x", "p + %d * rowStep", "scratch", "(%d * 6 + j) * L");
    line("}");
    line("for (int i = 0; i < 6; i++) {");
    line("int q = vo + c * " + TILES + " * L + i * 6 * placeStep;");
    inputTransform("scratch", "(i * 6 + %d) * L", "v", "q + %d * placeStep");
    line("} } }");
  }

  /** to = B^T from, for six vectors. */
  private void inputTransform(String from, String read, String to, String write) {
    for (int i = 0; i < 6; i++) {
      vector("d" + i, t.load(from, read.formatted(i)));
    }
    vector("e", t.sub("d4", t.times("d2", "4f")));
    vector("f", t.sub("d3", t.times("d1", "4f")));
    vector("s", t.sub("d4", "d2"));
    vector("u", t.times(t.sub("d3", "d1"), "2f"));
    String outer = t.lanes() == 1 ? "%1$s * 4f - %2$s * 5f + %3$s" : "%1$s.mul(4f).sub(%2$s.mul(5f)).add(%3$s)";
    List<String> rows =
        List.of(
            outer.formatted("d0", "d2", "d4"),
            t.add("e", "f"),
            t.sub("e", "f"),
            t.add("s", "u"),
            t.sub("s", "u"),
            outer.formatted("d1", "d3", "d5"));
    for (int i = 0; i < 6; i++) {
      vector("t" + i, rows.get(i));
      line(t.store("t" + i, to, write.formatted(i)));
    }
  }

  private void winogradProducts() {
    int block = t.channels();
    line("@Override public void winogradProducts(float[] v, int vStep, float[] u, int inputs,"
        + " int outputs, float[] m, int mStep) {");
    line("for (int place = 0; place < 36; place++) {");
    line("for (int k = 0; k < outputs; k += " + block + ") {");
    for (int o = 0; o < block; o++) {
      for (int j = 0; j < TILES; j++) {
        vector("a" + o + j, t.broadcast("0f"));
      }
    }
    line("int p = place * vStep;");
    line("int q = (place * outputs + k) * inputs;");
    line("for (int c = 0; c < inputs; c++) {");
    for (int j = 0; j < TILES; j++) {
      vector("x" + j, t.load("v", "p + " + j + " * L"));
    }
    for (int o = 0; o < block; o++) {
      vector("w" + o, t.broadcast("u[q + " + o + "]"));
      for (int j = 0; j < TILES; j++) {
        line("a" + o + j + " = " + t.fma("x" + j, "w" + o, "a" + o + j) + ";");
      }
    }
    line("p += " + TILES + " * L; q += " + block + ";");
    line("}");
    line("int to = place * mStep + k * " + TILES + " * L;");
    for (int o = 0; o < block; o++) {
      for (int j = 0; j < TILES; j++) {
        line(t.store("a" + o + j, "m", "to + " + (o * TILES + j) + " * L"));
      }
    }
    line("} } }");
  }

  private void winogradOutput() {
    line("@Override public void winogradOutput(float[] m, int mo, int placeStep, int channels,"
        + " float[] bias, float[] scratch, float[] y, int yo, int rowStep, int columnStep) {");
    line("for (int k = 0; k < channels; k++) {");
    line("int p = mo + k * " + TILES + " * L;");
    line("for (int j = 0; j < 6; j++) {");
    outputTransform("m", "p + (%d * 6 + j) * placeStep", "scratch", "(%d * 6 + j) * L", "");
    line("}");
    vector("b", t.broadcast("bias[k]"));
    line("for (int i = 0; i < 4; i++) {");
    line("int q = yo + k * L + i * rowStep;");
    outputTransform("scratch", "(i * 6 + %d) * L", "y", "q + %d * columnStep", "b");
    line("} } }");
  }

  /** to = A^T from, for six vectors, plus {@code bias} where one is named. */
  private void outputTransform(String from, String read, String to, String write, String bias) {
    for (int i = 0; i < 6; i++) {
      vector("m" + i, t.load(from, read.formatted(i)));
    }
    vector("s", t.add("m1", "m2"));
    vector("d", t.sub("m1", "m2"));
    vector("r", t.add("m3", "m4"));
    vector("e", t.sub("m3", "m4"));
    List<String> rows =
        List.of(
            t.add(t.add("m0", "s"), "r"),
            t.add(t.times("e", "2f"), "d"),
            t.add(t.times("r", "4f"), "s"),
            t.add(t.add(t.times("e", "8f"), "d"), "m5"));
    for (int i = 0; i < 4; i++) {
      vector("r" + i, bias.isEmpty() ? rows.get(i) : t.add(rows.get(i), bias));
      line(t.store("r" + i, to, write.formatted(i)));
    }
  }
}
