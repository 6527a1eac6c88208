/** Register tiles of the weight gradient: see WeightGradient. */
final class WeightGradientFamily extends Family {
  WeightGradientFamily(Target target) {
    super("WeightGradientKernels", target);
  }

  @Override
  void body() {
    line("@Override public int channels() { return " + t.channels() + "; }");
    products();
  }

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
}
