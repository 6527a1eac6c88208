package dev.hone.kernels.ptx;

/**
 * A place that holds a value for each lane: a declared register, or something that reads like one.
 *
 * @param bits of a declared register, what it was declared with
 */
record Cell(int index, Bank bank, int bits, Content content) {
  /** What is in it. */
  sealed interface Content {
    /** A register of the source. */
    record Declared(Register register) implements Content {}

    /** The same bits in every lane. */
    record Constant(long bits) implements Content {}

    /** Where the thread is. */
    record Place(SpecialRegister register) implements Content {}

    /** How far {@code .approx} instructions are off, {@link Approximation#code}. */
    record Accuracy() implements Content {}

    /** Lives within one instruction. */
    record Temporary() implements Content {}
  }

  boolean isConstant() {
    return content instanceof Content.Constant;
  }
}
