import java.util.List;

/** The transforms and products of Winograd F(4x4, 3x3): see WinogradConvolution. */
final class WinogradFamily extends Family {
  /** Tiles that are multiplied together. */
  private static final int TILES = 4;

  /** Vectors from a row of places to the next, and from a channel to the next. */
  private static final int ROW = 6 * TILES + 1;

  private static final int CHANNEL = 6 * ROW;

  /** The columns that a strip of four tiles reads. */
  private static final int COLUMNS = 4 * TILES + 2;

  WinogradFamily(Target target) {
    super("WinogradKernels", target);
  }

  @Override
  void body() {
    line("@Override public int channels() { return " + t.channels() + "; }");
    input();
    products();
    output();
  }

  // ---- input ----

  private void input() {
    line("@Override public void input(int tiles, int channels, int from, int to, int columnStep,"
        + " float[] x0, int p0, int columnStep0, int channelStep0, float[] x, int p1,"
        + " int rowStep, float[] x5, int p5, int columnStep5, int channelStep5, float[] scratch, float[] v, int vo) {");
    vector("by4", t.broadcast("4f"));
    vector("by2", t.broadcast("2f"));
    vector("less2", t.broadcast("-2f"));
    vector("less4", t.broadcast("-4f"));
    vector("less5", t.broadcast("-5f"));
    line("for (int first = 0; first < channels; first += DEPTH) {");
    line("int depth = Math.min(DEPTH, channels - first);");
    line("for (int j = from; j < to; j++) {");
    line("int q0 = p0 + (j - from) * columnStep0 + first * channelStep0;");
    line("int q = p1 + (j - from) * columnStep + first * L;");
    line("int q5 = p5 + (j - from) * columnStep5 + first * channelStep5;");
    line("for (int c = 0; c < depth; c++) {");
    vector("d0", t.load("x0", "q0 + c * L"));
    vector("d1", t.load("x", "q + c * L"));
    vector("d2", t.load("x", "q + rowStep + c * L"));
    vector("d3", t.load("x", "q + 2 * rowStep + c * L"));
    vector("d4", t.load("x", "q + 3 * rowStep + c * L"));
    vector("d5", t.load("x5", "q5 + c * L"));
    inputTransform("scratch", "START + ((c * 6 + %d) * " + COLUMNS + " + j) * L");
    line("} }");
    line("for (int i = 0; i < 6 * depth; i++) {");
    line("int r = START + i * " + COLUMNS + " * L;");
    line("int s = vo + (first * " + CHANNEL + " + i * " + ROW + ") * L;");
    line("for (int j = 0; j < tiles; j++) {");
    for (int i = 0; i < 6; i++) {
      vector("d" + i, t.load("scratch", "r + (4 * j + " + i + ") * L"));
    }
    inputTransform("v", "s + (%d * " + TILES + " + j) * L");
    line("} } }");
    line("}");
  }

  /** to = B^T d, for six vectors d0 .. d5. */
  private void inputTransform(String to, String write) {
    vector("e", t.fma("d2", "less4", "d4"));
    vector("f", t.fma("d1", "less4", "d3"));
    vector("g", t.sub("d4", "d2"));
    vector("h", t.sub("d3", "d1"));
    List<String> rows =
        List.of(
            t.fma("d0", "by4", "(" + t.fma("d2", "less5", "d4") + ")"),
            t.add("e", "f"),
            t.sub("e", "f"),
            t.fma("h", "by2", "g"),
            t.fma("h", "less2", "g"),
            t.fma("d1", "by4", "(" + t.fma("d3", "less5", "d5") + ")"));
    for (int i = 0; i < 6; i++) {
      vector("t" + i, rows.get(i));
      line(t.store("t" + i, to, write.formatted(i)));
    }
  }

  // ---- products ----

  private void products() {
    int block = t.channels();
    line("@Override public void products(float[] v, float[] u, int inputs, int outputs, int from,"
        + " int count, float[] m) {");
    line("for (int place = 0; place < 36; place++) {");
    line("int start = START + (place / 6 * " + ROW + " + place % 6 * " + TILES + ") * L;");
    line("for (int k = 0; k < count; k += " + block + ") {");
    for (int o = 0; o < block; o++) {
      for (int j = 0; j < TILES; j++) {
        vector("a" + o + j, t.broadcast("0f"));
      }
    }
    line("int p = start;");
    line("int q = (place * outputs + from + k) * inputs;");
    line("for (int c = 0; c < inputs; c += " + t.unrolled() + ") {");
    for (int c = 0; c < t.unrolled(); c++) {
      for (int j = 0; j < TILES; j++) {
        vector("x" + c + j, t.load("v", "p + " + (c * CHANNEL + j) + " * L"));
      }
      for (int o = 0; o < block; o++) {
        vector("w" + c + o, t.broadcast("u[q + " + (c * block + o) + "]"));
        for (int j = 0; j < TILES; j++) {
          line("a" + o + j + " = " + t.fma("x" + c + j, "w" + c + o, "a" + o + j) + ";");
        }
      }
    }
    line("p += " + t.unrolled() * CHANNEL + " * L; q += " + t.unrolled() * block + ";");
    line("}");
    line("int to = start + k * " + CHANNEL + " * L;");
    for (int o = 0; o < block; o++) {
      for (int j = 0; j < TILES; j++) {
        line(t.store("a" + o + j, "m", "to + " + (o * CHANNEL + j) + " * L"));
      }
    }
    line("} } }");
  }

  // ---- output ----

  private void output() {
    String common = "(float[] m, int tiles, int from, int count, float[] scratch, %sfloat[] y,"
        + " int[] yo, int rowStep, int columnStep";
    line("@Override public void output" + common.formatted("") + ", Epilogue epilogue) {");
    line(Finish.choose("output", "m, tiles, from, count, scratch, epilogue.bias, y, yo, rowStep,"
        + " columnStep"));
    line("}");
    line("private static void outputColumns(float[] m, int p, float[] scratch, int to) {");
    outputFactors();
    line("for (int j = 0; j < 6; j++) {");
    outputTransform("m", "p + (%d * " + ROW + " + j * " + TILES + ") * L");
    for (int i = 0; i < 4; i++) {
      line(t.store("r" + i, "scratch", "to + (" + i + " * 6 + j) * L"));
    }
    line("} }");
    for (Finish finish : Finish.ALL) {
      line("private static void output" + finish.suffix() + common.formatted("float[] bias, ")
          + finish.parameters() + ") {");
      output(finish);
      line("}");
    }
  }

  private void outputFactors() {
    for (int factor : new int[] {2, 4, 8}) {
      vector("by" + factor, t.broadcast(factor + "f"));
    }
  }

  /** The columns in a method of their own: with both passes in one, C2 boxes what masks. */
  private void output(Finish finish) {
    outputFactors();
    if (finish.masks()) {
      vector("zero", t.broadcast("0f"));
    }
    line("for (int n = 0; n < tiles; n++) {");
    line("for (int k = 0; k < count; k++) {");
    line("outputColumns(m, START + (k * " + CHANNEL + " + n) * L, scratch, START + k * 24 * L);");
    line("}");
    line("for (int i = 0; i < 4; i++) {");
    line("int q = yo[n] + i * rowStep + from * L;");
    line("for (int k = 0; k < count; k++) {");
    vector("b", t.broadcast("bias[from + k]"));
    outputTransform("scratch", "START + ((k * 4 + i) * 6 + %d) * L");
    for (int i = 0; i < 4; i++) {
      line("int q" + i + " = q + " + i + " * columnStep + k * L;");
      vector("z" + i, finish.apply(t, t.add("r" + i, "b"), "q" + i));
      line(t.store("z" + i, "y", "q" + i));
    }
    line("} } }");
  }

  /** r0 .. r3 = A^T from, for six vectors. */
  private void outputTransform(String from, String read) {
    for (int i = 0; i < 6; i++) {
      vector("m" + i, t.load(from, read.formatted(i)));
    }
    vector("s", t.add("m1", "m2"));
    vector("d", t.sub("m1", "m2"));
    vector("r", t.add("m3", "m4"));
    vector("e", t.sub("m3", "m4"));
    vector("r0", t.add(t.add("m0", "s"), "r"));
    vector("r1", t.fma("e", "by2", "d"));
    vector("r2", t.fma("r", "by4", "s"));
    vector("r3", t.add("(" + t.fma("e", "by8", "d") + ")", "m5"));
  }
}
