import java.util.List;

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
    return wherePositive(broadcast("0f"), y, v);
  }

  /** The same with zero at hand: four of them in one loop are too much for C2 otherwise. */
  String wherePositive(String zero, String y, String v) {
    return lanes == 1
        ? "(" + y + " > 0 ? " + v + " : " + zero + ")"
        : zero + ".blend(" + v + ", " + y + ".compare(VectorOperators.GT, " + zero + "))";
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

  /** Input channels of Winograd's products in one turn of the loop; with 16 registers two spill. */
  int unrolled() {
    return registers == 32 ? 2 : 1;
  }
}
