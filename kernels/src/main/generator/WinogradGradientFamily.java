import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The transforms and products of the Winograd weight gradient: see WinogradWeightGradient. */
final class WinogradGradientFamily extends Family {
  /** Channels whose columns lie together between the two passes of the input's transform. */
  private static final int CHANNELS = 4;

  /** Vectors from a channel's 36 places to the next's; odd, so that they share no cache sets. */
  private static final int PLACES = 37;

  /** Images that one element of a broadcast holds. */
  private final int together;

  /** Elements of a vector, each of {@link #together} floats. */
  private final int wide;

  /** Input channels of a product. */
  private final int block;

  private final Transposition transposition;

  WinogradGradientFamily(Target target) {
    super("WinogradGradientKernels", target);
    together = t.lanes() == 1 ? 1 : 2;
    wide = t.lanes() / together;
    block = t.registers() == 32 ? 8 : 4;
    transposition = new Transposition("DoubleVector", "double", wide);
  }

  @Override
  void body() {
    line("@Override public int block() { return " + block + "; }");
    line("@Override public int wide() { return " + wide + "; }");
    line("private static final float[] FOUR = all(4f);");
    line("private static final float[] MINUS_FOUR = all(-4f);");
    line("private static final float[] MINUS_FIVE = all(-5f);");
    line("private static final float[] EIGHT = all(8f);");
    line("private static float[] all(float value) {");
    line("float[] a = new float[L]; java.util.Arrays.fill(a, value); return a; }");
    if (t.lanes() > 1) {
      line("private static final VectorSpecies<Double> D ="
          + " DoubleVector.SPECIES_" + 32 * t.lanes() + ";");
      transposition.fields(this);
    }
    inputRows();
    inputColumns();
    exchange();
    gradient();
    products();
    weights();
  }

  // ---- the input ----

  private void inputRows() {
    line("@Override public void inputRows(float[] top, int topStep, int to, float[] x, int xo,"
        + " int rowStep, float[] bottom, int bottomStep, int bo, int columnStep, int columns,"
        + " float[] rows, int ro) {");
    constants("FOUR", "MINUS_FOUR", "MINUS_FIVE");
    line("for (int j = 0; j < columns; j++) {");
    line("int p0 = to + j * topStep;");
    for (int i = 1; i < 5; i++) {
      line("int p" + i + " = xo + " + (i - 1) + " * rowStep + j * columnStep;");
    }
    line("int p5 = bo + j * bottomStep;");
    line("int q = ro + j * " + 6 * CHANNELS + " * L;");
    for (int c = 0; c < CHANNELS; c++) {
      line("{");
      for (int i = 0; i < 6; i++) {
        String from = i == 0 ? "top" : i == 5 ? "bottom" : "x";
        vector("d" + i, t.load(from, "p" + i + " + " + c + " * L"));
      }
      List<String> values = inputTransform();
      for (int i = 0; i < 6; i++) {
        line(t.store(values.get(i), "rows", "q + " + (c * 6 + i) + " * L"));
      }
      line("}");
    }
    line("} }");
  }

  private void inputColumns() {
    line("@Override public void inputColumns(float[] rows, int ro, int tiles, double[] v, int vo,"
        + " int tileStep) {");
    constants("FOUR", "MINUS_FOUR", "MINUS_FIVE");
    line("for (int j = 0; j < tiles; j++) {");
    line("for (int c = 0; c < " + CHANNELS + "; c++) {");
    line("int p = ro + (j * " + 4 * CHANNELS + " + c) * 6 * L;");
    line("int q = vo + j * tileStep + c * " + PLACES * wide + ";");
    line("for (int i = 0; i < 6; i++) {");
    for (int k = 0; k < 6; k++) {
      vector("d" + k, t.load("rows", "p + i * L + " + k * CHANNELS * 6 + " * L"));
    }
    List<String> values = inputTransform();
    for (int k = 0; k < 6; k++) {
      line(storePairs(values.get(k), "v", "q + i * " + 6 * wide + " + " + k * wide));
    }
    line("} } } }");
  }

  /** B^T d for six vectors d0 .. d5. */
  private List<String> inputTransform() {
    vector("e", t.fma("d2", "minus_four", "d4"));
    vector("f", t.fma("d1", "minus_four", "d3"));
    vector("s", t.sub("d4", "d2"));
    vector("h", t.sub("d3", "d1"));
    vector("u", t.add("h", "h"));
    vector("g0", t.fma("d0", "four", "(" + t.fma("d2", "minus_five", "d4") + ")"));
    vector("g5", t.fma("d1", "four", "(" + t.fma("d3", "minus_five", "d5") + ")"));
    return List.of(
        "g0", "(" + t.add("e", "f") + ")", t.sub("e", "f"), "(" + t.add("s", "u") + ")",
        t.sub("s", "u"), "g5");
  }

  /** Vectors of constants that stay in registers: C2 repeats a broadcast in the loop. */
  private void constants(String... names) {
    for (String name : names) {
      vector(name.toLowerCase(Locale.ROOT), t.load(name, "0"));
    }
  }

  private String storePairs(String value, String array, String index) {
    return t.lanes() == 1
        ? array + "[" + index + "] = " + value + ";"
        : value + ".reinterpretAsDoubles().intoArray(" + array + ", " + index + ");";
  }

  // ---- the gradient ----

  private void exchange() {
    line("@Override public void exchange(float[] dy, int from, int rowStep, int columnStep,"
        + " float[] pixels, int to) {");
    if (t.lanes() > 1) {
      transposition.constants(this, "D");
    }
    line("for (int i = 0; i < 4; i++) {");
    line("for (int j = 0; j < 4; j++) {");
    line("int p = from + i * rowStep + j * columnStep;");
    line("int q = to + (i * 4 + j) * L;");
    if (t.lanes() == 1) {
      line("pixels[q] = dy[p];");
    } else {
      exchangeVectors();
    }
    line("} } }");
  }

  private void exchangeVectors() {
    List<String> rows = new ArrayList<>();
    for (int k = 0; k < wide; k++) {
      line("var d" + k + " = " + t.load("dy", "p + " + k + " * L") + ".reinterpretAsDoubles();");
      rows.add("d" + k);
    }
    List<String> columns = transposition.exchange(this, rows);
    for (int k = 0; k < wide; k++) {
      String floats = columns.get(k) + ".reinterpretAsFloats()";
      line(t.store(floats, "pixels", "q + " + k * 16 + " * L"));
    }
  }

  private void gradient() {
    line("@Override public void gradient(float[] pixels, float[] scratch, float[] z, int zo) {");
    constants("FOUR", "EIGHT");
    line("for (int n = 0; n < " + wide + "; n++) {");
    line("for (int j = 0; j < 4; j++) {");
    gradientTransform("pixels", "START + (n * 16 + j) * L + %d * L", 4, "scratch", "START + j * 6 * L + %d * L");
    line("}");
    line("for (int i = 0; i < 6; i++) {");
    gradientTransform(
        "scratch", "START + i * L + %d * L", 6, "z", "zo + (n * " + PLACES + " + i * 6) * L + %d * L");
    line("} } }");
  }

  /** to = A from, for four vectors. */
  private void gradientTransform(String from, String read, int step, String to, String write) {
    for (int i = 0; i < 4; i++) {
      vector("d" + i, t.load(from, read.formatted(i * step)));
    }
    vector("e", t.add("d0", "d2"));
    vector("o", t.add("d1", "d3"));
    vector("e2", t.fma("d2", "four", "d0"));
    vector("o2", t.fma("d3", "eight", "(" + t.add("d1", "d1") + ")"));
    List<String> values =
        List.of("d0", "(" + t.add("e", "o") + ")", t.sub("e", "o"), "(" + t.add("e2", "o2") + ")",
            t.sub("e2", "o2"), "d3");
    for (int i = 0; i < 6; i++) {
      line(t.store(values.get(i), to, write.formatted(i)));
    }
  }

  // ---- products and weights ----

  private void products() {
    line("@Override public void products(double[] v, int vo, int vStep, float[] z, int zo,"
        + " int zStep, int tiles, float[] m, int mo) {");
    for (int c = 0; c < block; c++) {
      vector("a" + c + "0", t.broadcast("0f"));
      vector("a" + c + "1", t.broadcast("0f"));
    }
    line("for (int j = 0; j < tiles; j++) {");
    line("int p = vo + j * vStep; int q = zo + j * zStep;");
    line("for (int n = 0; n < " + wide + "; n++) {");
    vector("z0", t.load("z", "q"));
    vector("z1", t.load("z", "q + " + wide * PLACES + " * L"));
    for (int c = 0; c < block; c++) {
      String index = "v[p + " + c * PLACES * wide + "]";
      vector("v" + c, t.lanes() == 1 ? "(float) " + index
          : "DoubleVector.broadcast(D, " + index + ").reinterpretAsFloats()");
      for (int k = 0; k < 2; k++) {
        line("a" + c + k + " = " + t.fma("v" + c, "z" + k, "a" + c + k) + ";");
      }
    }
    line("p++; q += " + PLACES + " * L;");
    line("} }");
    for (int c = 0; c < block; c++) {
      for (int k = 0; k < 2; k++) {
        String at = "mo + " + (2 * c + k) + " * L";
        line("a" + c + k + " = " + t.add("a" + c + k, t.load("m", at)) + ";");
        line(t.store("a" + c + k, "m", at));
      }
    }
    line("}");
  }

  private void weights() {
    line("@Override public void weights(float[] m, int mo, int placeStep, float[] scratch,"
        + " float[] dw, int to) {");
    line("for (int j = 0; j < 6; j++) {");
    line("int p = mo + j * placeStep; int q = START + j * L;");
    weightTransform("m", "p + %d * placeStep", 6, "scratch", "q + %d * L", 6);
    line("}");
    line("for (int i = 0; i < 3; i++) {");
    line("int p = START + i * 6 * L; int q = to + i * 3 * L;");
    weightTransform("scratch", "p + %d * L", 1, "dw", "q + %d * L", 1);
    line("} }");
  }

  /** to = G^T from, for six vectors. */
  private void weightTransform(
      String from, String read, int readStep, String to, String write, int writeStep) {
    for (int i = 0; i < 6; i++) {
      vector("m" + i, t.load(from, read.formatted(i * readStep)));
    }
    vector("s", t.times("(" + t.add("m1", "m2") + ")", "(1 / 6f)"));
    vector("d", t.times(t.sub("m2", "m1"), "(1 / 6f)"));
    vector("r", t.times("(" + t.add("m3", "m4") + ")", "(1 / 24f)"));
    vector("e", t.times(t.sub("m3", "m4"), "(1 / 12f)"));
    List<String> values =
        List.of(
            t.add(t.sub(t.times("m0", "0.25f"), "s"), "r"),
            t.add("d", "e"),
            t.add(t.sub(t.times("r", "4f"), "s"), "m5"));
    for (int i = 0; i < 3; i++) {
      vector("w" + i, values.get(i));
      line(t.store("w" + i, to, write.formatted(i * writeStep)));
    }
  }
}
