package dev.hone.kernels.ptx;

import java.util.List;

/** An entry lowered for the engines. */
record Program(PtxEntry.Body body, List<Cell> cells, List<Code> code) {
  /**
   * One instruction.
   *
   * @param guard the predicate's cell, -1 for none
   * @param divisor the cell of an integer division's divisor, -1 for other instructions
   * @param reads the declared registers it reads, guard included
   */
  record Code(
      Instruction source,
      int guard,
      boolean negated,
      List<Micro> micros,
      List<Integer> reads,
      List<Integer> writes,
      int divisor,
      int flops) {
    int line() {
      return source.at().line();
    }
  }

  String name() {
    return body.name();
  }

  /** Where dynamic shared memory begins. */
  int dynamicSharedOffset() {
    return dynamicSharedOffset(body);
  }

  static int dynamicSharedOffset(PtxEntry.Body body) {
    int align = body.sharedAlign();
    return (body.sharedBytes() + align - 1) / align * align;
  }
}
