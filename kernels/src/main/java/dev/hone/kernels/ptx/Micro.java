package dev.hone.kernels.ptx;

import java.util.List;

/** What the engines run: an instruction is lowered to one or a few of these. Cells by index. */
sealed interface Micro {
  /** {@code d = semantic(sources)}. */
  record Scalar(Semantic semantic, int d, List<Integer> sources) implements Micro {}

  /**
   * An address: the value of cell {@code base}, 0 where it is -1, plus {@code offset}.
   *
   * @param wide whether the base is a 64-bit cell
   */
  record Address(Space space, int base, boolean wide, long offset) {}

  /** Reads elements of {@code type} that follow each other; {@code readOnly}: by {@code .nc}. */
  record Load(PtxType type, List<Integer> into, Address address, boolean readOnly)
      implements Micro {}

  record Store(PtxType type, List<Integer> from, Address address) implements Micro {}

  /** {@code into} is -1 for {@code red}; {@code b} is -1 for all but {@code cas}. */
  record Atomic(Operation operation, PtxType type, int into, Address address, int a, int b)
      implements Micro {}

  enum Operation {
    ADD,
    MIN,
    MAX,
    AND,
    OR,
    XOR,
    EXCH,
    CAS,
    INC,
    DEC
  }

  enum ShuffleMode {
    UP,
    DOWN,
    BFLY,
    IDX
  }

  /** {@code predicate} is -1 where nobody asks whether the source lane was in range. */
  record Shuffle(ShuffleMode mode, int into, int predicate, int a, int lane, int clamp, int members)
      implements Micro {}

  enum VoteMode {
    ALL,
    ANY,
    UNI,
    BALLOT
  }

  record Vote(VoteMode mode, int into, int predicate, int members) implements Micro {}

  record ActiveMask(int into) implements Micro {}

  record Branch(int target) implements Micro {}

  /** The thread ends; {@code trap}: with a fault. */
  record Exit(boolean trap) implements Micro {}

  record Barrier(int id) implements Micro {}

  record WarpBarrier(int members) implements Micro {}

  record Fence() implements Micro {}
}
