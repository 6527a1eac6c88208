/**
 * Prints one family of kernels: a class {@code <name><lanes>} that implements the interface
 * {@code <name>}, where the contracts are.
 */
abstract class Family {
  final Target t;
  private final String name;
  private final StringBuilder out = new StringBuilder();

  Family(String name, Target target) {
    this.name = name;
    this.t = target;
  }

  /** Prints the methods. */
  abstract void body();

  String className() {
    return name + t.lanes();
  }

  String source() {
    out.setLength(0);
    line("package dev.hone.kernels.cpu;");
    if (t.lanes() > 1) {
      line("import jdk.incubator.vector.DoubleVector;");
      line("import jdk.incubator.vector.FloatVector;");
      line("import jdk.incubator.vector.VectorOperators;");
      line("import jdk.incubator.vector.VectorSpecies;");
    }
    line("import org.jspecify.annotations.Nullable;");
    line("/** Printed by GenerateKernels: {@link " + name + "} with " + t.lanes() + " lanes. */");
    line("final class " + className() + " implements " + name + " {");
    if (t.lanes() > 1) {
      line("private static final VectorSpecies<Float> S ="
          + " FloatVector.SPECIES_" + 32 * t.lanes() + ";");
    }
    line("private static final int L = " + t.lanes() + ";");
    body();
    line("}");
    return out.toString();
  }

  void line(String text) {
    out.append(text).append('\n');
  }

  /** A named local: C2 keeps a vector in a register only as one. */
  void vector(String variable, String value) {
    line(t.type() + " " + variable + " = " + value + ";");
  }
}
