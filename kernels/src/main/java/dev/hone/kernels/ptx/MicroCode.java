package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An entry's cells and micro-operations in the making, one instruction after the other. */
final class MicroCode {
  private final PtxEntry.Body body;
  private final List<Cell> cells = new ArrayList<>();
  private final Map<Key, Integer> constants = new HashMap<>();
  private List<Micro> micros = new ArrayList<>();

  /** A constant of a bank: one cell for all its uses. */
  private record Key(Bank bank, int bits, Cell.Content content) {}

  MicroCode(PtxEntry.Body body) {
    this.body = body;
    for (Register r : body.registers()) {
      cells.add(
          new Cell(r.index(), r.type().bank(), r.type().bits(), new Cell.Content.Declared(r)));
    }
  }

  List<Cell> cells() {
    return List.copyOf(cells);
  }

  /** A cell by its index. */
  Cell cell(int index) {
    return cells.get(index);
  }

  /** What was emitted since the last call. */
  List<Micro> take() {
    List<Micro> taken = List.copyOf(micros);
    micros = new ArrayList<>();
    return taken;
  }

  private int add(Bank bank, int bits, Cell.Content content) {
    cells.add(new Cell(cells.size(), bank, bits, content));
    return cells.size() - 1;
  }

  /** The cell that all uses of one constant share. */
  int shared(Bank bank, int bits, Cell.Content content) {
    return constants.computeIfAbsent(new Key(bank, bits, content), k -> add(bank, bits, content));
  }

  private int temporary(Bank bank) {
    return add(
        bank, bank == Bank.LONG || bank == Bank.DOUBLE ? 64 : 32, new Cell.Content.Temporary());
  }

  /** A cell with these bits. */
  int constant(Bank bank, long bits) {
    return shared(bank, 0, new Cell.Content.Constant(bits));
  }

  /** The cell that operand {@code n} is read from. */
  int source(Instruction i, int n, PtxType type) {
    return source(i.operands().get(n), type);
  }

  /** The cell that an operand is read from. */
  int source(Operand o, PtxType type) {
    if (o instanceof Operand.Reg r) {
      return r.register().index();
    }
    if (o instanceof Operand.Negated n) {
      int t = temporary(Bank.PREDICATE);
      scalar("notPred", t, n.register().index());
      return t;
    }
    if (o instanceof Operand.Special s) {
      return shared(Bank.INT, 32, new Cell.Content.Place(s.register()));
    }
    if (o instanceof Operand.Symbol s) {
      return constant(type.bank(), address(s.variable()));
    }
    return constant(type.bank(), Literal.bits(body.source(), type, o));
  }

  /** Where a shared variable begins. */
  int address(Variable v) {
    return v.dynamic() ? Program.dynamicSharedOffset(body) : v.offset();
  }

  /** The cell that an operand names; -1 for one that nobody wants. */
  static int destination(Operand o) {
    return o instanceof Operand.Reg r ? r.register().index() : -1;
  }

  static int destination(Instruction i) {
    return destination(i.operands().getFirst());
  }

  void add(Micro micro) {
    micros.add(micro);
  }

  /** Emits {@code d = name(sources)}. */
  void scalar(String name, int d, Integer... sources) {
    micros.add(new Micro.Scalar(Semantic.named(name), d, List.of(sources)));
  }

  /** Emits into a temporary of the result's bank. */
  int value(String name, Integer... sources) {
    int t = temporary(Semantic.named(name).result());
    scalar(name, t, sources);
    return t;
  }

  /** {@code cell} as the instruction reads it: by {@code .ftz} without denormals. */
  int flushed(Instruction i, int cell, PtxType type) {
    return i.has("ftz") && type == PtxType.F32 ? value("ftzF32", cell) : cell;
  }

  /** The instruction's result by method {@code name}, flushed and saturated where it says so. */
  void finish(Instruction i, String name, List<Integer> sources) {
    boolean real = i.type() == PtxType.F32;
    boolean flush = real && i.has("ftz");
    boolean saturate = real && i.has("sat");
    Integer[] from = sources.toArray(Integer[]::new);
    if (!flush && !saturate) {
      scalar(name, destination(i), from);
      return;
    }
    int result = value(name, from);
    if (flush) {
      result = value("ftzF32", result);
    }
    scalar(saturate ? "satF32" : "movF32", destination(i), result);
  }
}
