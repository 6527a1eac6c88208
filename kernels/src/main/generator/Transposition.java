import java.util.List;
import java.util.stream.IntStream;

/**
 * The transposition of a square of {@code size} vectors of as many elements, by exchanges of ever
 * smaller squares between two rows.
 *
 * @param vector the class of the vectors: {@code FloatVector} or {@code DoubleVector}
 * @param element the element's type
 */
record Transposition(String vector, String element, int size) {
  /** Which elements of two rows a new row takes, for each size of squares. */
  void fields(Family f) {
    String array = element + "[]";
    f.line("private static final " + array + " LOW = new " + element + "[" + size * size + "];");
    f.line("private static final " + array + " HIGH = new " + element + "[" + size * size + "];");
    f.line("static { for (int b = 1; b < " + size + "; b += b) {");
    f.line("for (int i = 0; i < " + size + "; i++) {");
    f.line("LOW[b * " + size + " + i] = (i & b) == 0 ? i : " + size + " + i - b;");
    f.line("HIGH[b * " + size + " + i] = (i & b) == 0 ? i + b : " + size + " + i;");
    f.line("} } }");
  }

  /** To be printed before the loop. */
  void constants(Family f, String species) {
    for (int b = 1; b < size; b += b) {
      String from = " = " + vector + ".fromArray(" + species + ", ";
      f.line("var low" + b + from + "LOW, " + b * size + ");");
      f.line("var high" + b + from + "HIGH, " + b * size + ");");
    }
  }

  /** Prints the exchanges of these rows; returns the names of the transposed ones. */
  List<String> exchange(Family f, List<String> rows) {
    List<String> from = rows;
    for (int b = size / 2; b > 0; b /= 2) {
      for (int k = 0; k < size; k++) {
        f.line("var r" + b + "_" + k + " = " + ((k & b) == 0 ? "low" : "high") + b
            + ".selectFrom(" + from.get(k & ~b) + ", " + from.get(k | b) + ");");
      }
      int square = b;
      from = IntStream.range(0, size).mapToObj(k -> "r" + square + "_" + k).toList();
    }
    return from;
  }
}
