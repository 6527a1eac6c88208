import java.util.List;

/** Batch normalisation, forward and backward. */
final class NormFamily extends Family {
  NormFamily(Target target) {
    super("NormKernels", target);
  }

  @Override
  void body() {
    statistics();
    normalise();
    normGradientSums();
    normGradient();
  }

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
