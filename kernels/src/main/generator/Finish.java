import java.util.List;

/**
 * What may follow a convolution's sum, each as a method of its own: with the choice inside the loop
 * C2 spills. The class {@code Epilogue} says what the parts mean.
 */
record Finish(boolean added, String act) {
  static final List<Finish> ALL =
      List.of(
          new Finish(false, "Plain"),
          new Finish(false, "Relu"),
          new Finish(false, "Positive"),
          new Finish(true, "Plain"),
          new Finish(true, "Relu"),
          new Finish(true, "Positive"));

  /** The statement that calls the variant of {@code method} for {@code epilogue}. */
  static String choose(String method, String arguments) {
    StringBuilder out = new StringBuilder();
    for (boolean added : new boolean[] {false, true}) {
      String call = method + (added ? "Added" : "") + "%s(" + arguments + (added ? ", added" : "");
      out.append(added ? " else {\n" : "if (added == null) {\n")
          .append("if (positive != null) { " + call.formatted("Positive") + ", positive); }\n")
          .append("else if (epilogue.relu) { " + call.formatted("Relu") + "); }\n")
          .append("else { " + call.formatted("Plain") + "); }\n")
          .append("}");
    }
    return "float @Nullable [] added = epilogue.added;\n"
        + "float @Nullable [] positive = epilogue.positive;\n"
        + out;
  }

  String suffix() {
    return (added ? "Added" : "") + act;
  }

  /** Whether there must be a vector {@code zero} around. */
  boolean masks() {
    return act.equals("Positive");
  }

  /** The parameters that this variant has after the common ones. */
  String parameters() {
    return (added ? ", float[] added" : "") + (masks() ? ", float[] positive" : "");
  }

  /** act(value + added) at {@code index}. */
  String apply(Target t, String value, String index) {
    String sum = added ? t.add(value, t.load("added", index)) : value;
    return switch (act) {
      case "Plain" -> sum;
      case "Relu" -> t.relu(sum);
      case "Positive" -> t.wherePositive("zero", t.load("positive", index), sum);
      default -> throw new IllegalStateException(act);
    };
  }
}
