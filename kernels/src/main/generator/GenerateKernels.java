import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints the unrolled image kernels, one class {@code ImageKernels<lanes>} per lane count; run by
 * Maven before compilation. Each class implements {@code ImageKernels}, where the contracts are.
 *
 * <p>Why a generator: C2 keeps a vector in a register only if it is a named local of the method
 * that loops, so tiles are written out, and each lane count needs its own constant species. With
 * one lane a vector is a plain {@code float}, which gives the fallback for machines without the
 * incubator module.
 */
final class GenerateKernels {
  /** What a lane count is printed with: the registers that a tile may fill. */
  record Target(int lanes, int registers) {
    String type() {
      return lanes == 1 ? "float" : "FloatVector";
    }

    String load(String array, String index) {
      return lanes == 1
          ? array + "[" + index + "]"
          : "FloatVector.fromArray(S, " + array + ", " + index + ")";
    }

    String store(String value, String array, String index) {
      return lanes == 1
          ? array + "[" + index + "] = " + value + ";"
          : value + ".intoArray(" + array + ", " + index + ");";
    }

    String broadcast(String value) {
      return lanes == 1 ? value : "FloatVector.broadcast(S, " + value + ")";
    }

    /** a * b + c; not {@code Math.fma} for one lane, which is slow where the CPU has none. */
    String fma(String a, String b, String c) {
      return lanes == 1 ? a + " * " + b + " + " + c : a + ".fma(" + b + ", " + c + ")";
    }

    String add(String a, String b) {
      return lanes == 1 ? a + " + " + b : a + ".add(" + b + ")";
    }

    String sub(String a, String b) {
      return lanes == 1 ? "(" + a + " - " + b + ")" : a + ".sub(" + b + ")";
    }

    String times(String a, String factor) {
      return lanes == 1 ? a + " * " + factor : a + ".mul(" + factor + ")";
    }

    String relu(String a) {
      return lanes == 1 ? "Math.max(" + a + ", 0f)" : a + ".max(0f)";
    }

    /** v where y &gt; 0, else 0. */
    String wherePositive(String y, String v) {
      return lanes == 1
          ? "(" + y + " > 0 ? " + v + " : 0f)"
          : "FloatVector.zero(S).blend(" + v + ", " + y + ".compare(VectorOperators.GT, 0f))";
    }

    /** Output channels of a tile, and channels of dy in a weight gradient tile. */
    int channels() {
      return registers == 32 ? 4 : 2;
    }

    /**
     * Widths of convolution tiles, widest first. With 16 registers C2 keeps 2 x 6 accumulators in
     * place but spills 4 x 3 or 6 x 2: a spilled one costs more than half of the speed.
     */
    List<Integer> columns() {
      return registers == 32 ? List.of(4, 2, 1) : List.of(6, 4, 2, 1);
    }
  }

  private final Target t;
  private final StringBuilder out = new StringBuilder();

  private GenerateKernels(Target target) {
    t = target;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]).resolve("dev/hone/kernels/cpu");
    Files.createDirectories(folder);
    // 4 lanes are NEON, which has 32 registers like AVX-512; AVX2 has 16, and plain Java as many.
    for (Target t :
        List.of(new Target(1, 16), new Target(4, 32), new Target(8, 16), new Target(16, 32))) {
      Path file = folder.resolve("ImageKernels" + t.lanes() + ".java");
      String source = new GenerateKernels(t).source();
      if (!Files.exists(file) || !Files.readString(file).equals(source)) {
        Files.writeString(file, source);
      }
    }
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private void vector(String name, String value) {
    line(t.type() + " " + name + " = " + value + ";");
  }

  private String source() {
    String name = "ImageKernels" + t.lanes();
    line("package dev.hone.kernels.cpu;");
    if (t.lanes() > 1) {
      line("import jdk.incubator.vector.FloatVector;");
      line("import jdk.incubator.vector.VectorOperators;");
      line("import jdk.incubator.vector.VectorSpecies;");
    }
    line("import org.jspecify.annotations.Nullable;");
    line("/** Printed by GenerateKernels: image kernels of " + t.lanes() + " lanes. */");
    line("final class " + name + " implements ImageKernels {");
    if (t.lanes() > 1) {
      line("private static final VectorSpecies<Float> S ="
          + " FloatVector.SPECIES_" + 32 * t.lanes() + ";");
    }
    line("private static final int L = " + t.lanes() + ";");
    line("@Override public int lanes() { return L; }");
    line("@Override public int channels() { return " + t.channels() + "; }");
    line("@Override public int[] columns() { return new int[] {"
        + t.columns().toString().replaceAll("[\\[\\]]", "") + "}; }");
    tiles();
    finish();
    winogradInput();
    winogradProducts();
    winogradOutput();
    packs();
    copies();
    products();
    statistics();
    normalise();
    normGradientSums();
    normGradient();
    line("}");
    return out.toString();
  }

  // ---- convolution ----

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
    line("@Override public void finish(float @Nullable [] residual, boolean relu, float[] y,"
        + " int yo, int count) {");
    line("if (residual == null) { relu(y, yo, count); return; }");
    line("if (relu) { addRelu(residual, y, yo, count); } else { add(residual, y, yo, count); }");
    line("}");
    for (String variant : List.of("add", "addRelu", "relu")) {
      line("private static void " + variant + "("
          + (variant.equals("relu") ? "" : "float[] residual, ")
          + "float[] y, int yo, int count) {");
      line("for (int i = yo; i < yo + count * L; i += L) {");
      vector("v", t.load("y", "i"));
      if (!variant.equals("relu")) {
        line("v = " + t.add("v", t.load("residual", "i")) + ";");
      }
      if (!variant.equals("add")) {
        line("v = " + t.relu("v") + ";");
      }
      line(t.store("v", "y", "i"));
      line("} }");
    }
  }

  // ---- Winograd F(4x4, 3x3): see WinogradConvolution ----

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

  // ---- weight gradient ----

  private void products() {
    int channels = t.channels();
    line("@Override public void products(float[] x, int xo, float[] dy, int dyo, int count,"
        + " float[] sums, int so) {");
    line("int p = xo; int d = dyo;");
    for (int k = 0; k < channels; k++) {
      for (int s = 0; s < 4; s++) {
        vector("a" + k + s, t.load("sums", "so + " + (k * 4 + s) + " * L"));
      }
    }
    line("for (int i = 0; i < count; i++) {");
    for (int s = 0; s < 4; s++) {
      vector("x" + s, t.load("x", "p + " + s + " * L"));
    }
    for (int k = 0; k < channels; k++) {
      vector("g" + k, t.load("dy", "d + " + k + " * L"));
      for (int s = 0; s < 4; s++) {
        line("a" + k + s + " = " + t.fma("x" + s, "g" + k, "a" + k + s) + ";");
      }
    }
    line("p += 4 * L; d += " + channels + " * L;");
    line("}");
    for (int k = 0; k < channels; k++) {
      for (int s = 0; s < 4; s++) {
        line(t.store("a" + k + s, "sums", "so + " + (k * 4 + s) + " * L"));
      }
    }
    line("}");
  }

  // ---- batch norm ----

  private void perPixelAndChannel() {
    line("for (int p = 0; p < pixels; p++) {");
    line("int at = offset + p * channels * L;");
    line("for (int c = 0; c < channels; c++) {");
    line("int i = at + c * L;");
  }

  private void statistics() {
    line("@Override public void shiftedSums(float[] x, int offset, int pixels, int channels,"
        + " float[] shift, float[] sums, float[] squares) {");
    perPixelAndChannel();
    vector("v", t.sub(t.load("x", "i"), t.broadcast("shift[c]")));
    line(t.store(t.add(t.load("sums", "c * L"), "v"), "sums", "c * L"));
    line(t.store(t.fma("v", "v", t.load("squares", "c * L")), "squares", "c * L"));
    line("} } }");
  }

  private void normalise() {
    String signature = "(float[] x, int offset, int pixels, int channels, float[] mean,"
        + " float[] scale, float[] shift, float %s[] residual, boolean relu, float[] y) {";
    line("@Override public void normalise" + signature.formatted("@Nullable "));
    line("if (residual != null) {");
    line("if (relu) { normaliseResidualRelu(ARGS); } else { normaliseResidual(ARGS); }"
        .replace("ARGS", "x, offset, pixels, channels, mean, scale, shift, residual, relu, y"));
    line("} else {");
    line("if (relu) { normaliseRelu(ARGS); } else { normalisePlain(ARGS); }"
        .replace("ARGS", "x, offset, pixels, channels, mean, scale, shift, x, relu, y"));
    line("} }");
    for (String variant : List.of("Plain", "Relu", "Residual", "ResidualRelu")) {
      line("private static void normalise" + variant + signature.formatted(""));
      perPixelAndChannel();
      vector("v", t.sub(t.load("x", "i"), t.broadcast("mean[c]")));
      line("v = " + t.fma("v", t.broadcast("scale[c]"), t.broadcast("shift[c]")) + ";");
      if (variant.startsWith("Residual")) {
        line("v = " + t.add("v", t.load("residual", "i")) + ";");
      }
      if (variant.endsWith("Relu")) {
        line("v = " + t.relu("v") + ";");
      }
      line(t.store("v", "y", "i"));
      line("} } }");
    }
  }

  /** dz = dy, or dy where y &gt; 0. */
  private void dz(boolean masked) {
    vector("dz", t.load("dy", "i"));
    if (masked) {
      vector("out", t.load("y", "i"));
      line("dz = " + t.wherePositive("out", "dz") + ";");
    }
  }

  private void normGradientSums() {
    String signature = "(float[] dy, float %s[] y, float[] x, int offset, int pixels,"
        + " int channels, float[] mean, float[] sums, float[] products) {";
    line("@Override public void normGradientSums" + signature.formatted("@Nullable "));
    line("if (y != null) { normGradientSumsMasked(ARGS); } else { normGradientSumsPlain(ARGZ); }"
        .replace("ARGS", "dy, y, x, offset, pixels, channels, mean, sums, products")
        .replace("ARGZ", "dy, x, x, offset, pixels, channels, mean, sums, products"));
    line("}");
    for (String variant : List.of("Plain", "Masked")) {
      line("private static void normGradientSums" + variant + signature.formatted(""));
      perPixelAndChannel();
      dz(variant.equals("Masked"));
      vector("v", t.sub(t.load("x", "i"), t.broadcast("mean[c]")));
      line(t.store(t.add(t.load("sums", "c * L"), "dz"), "sums", "c * L"));
      line(t.store(t.fma("dz", "v", t.load("products", "c * L")), "products", "c * L"));
      line("} } }");
    }
  }

  private void normGradient() {
    String signature = "(float[] dy, float %s[] y, float[] x, int offset, int pixels,"
        + " int channels, float[] mean, float[] scale, float[] slope, float[] level,"
        + " float[] dx) {";
    line("@Override public void normGradient" + signature.formatted("@Nullable "));
    line("if (y != null) { normGradientMasked(ARGS); } else { normGradientPlain(ARGZ); }"
        .replace("ARGS", "dy, y, x, offset, pixels, channels, mean, scale, slope, level, dx")
        .replace("ARGZ", "dy, x, x, offset, pixels, channels, mean, scale, slope, level, dx"));
    line("}");
    for (String variant : List.of("Plain", "Masked")) {
      line("private static void normGradient" + variant + signature.formatted(""));
      perPixelAndChannel();
      dz(variant.equals("Masked"));
      vector("v", t.sub(t.load("x", "i"), t.broadcast("mean[c]")));
      line("v = " + t.fma("v", t.broadcast("slope[c]"), t.broadcast("level[c]")) + ";");
      line(t.store("(" + t.fma("dz", t.broadcast("scale[c]"), "v") + ")", "dx", "i"));
      line("} } }");
    }
    line("@Override public void wherePositive(float[] y, int offset, int count, float[] dy,"
        + " float[] dz) {");
    line("for (int i = offset; i < offset + count; i += L) {");
    vector("v", t.load("dy", "i"));
    vector("out", t.load("y", "i"));
    line(t.store(t.wherePositive("out", "v"), "dz",
        "i"));
    line("} }");
  }
}
