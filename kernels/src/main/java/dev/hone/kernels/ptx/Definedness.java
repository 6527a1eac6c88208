package dev.hone.kernels.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds registers that may be read before they are written. A forward dataflow over the
 * instructions: a register is defined where it was written on every path. What is written under a
 * guard counts where the same guard, unchanged, holds.
 */
final class Definedness {
  /** What is certain before an instruction. */
  private static final class State {
    final BitSet defined = new BitSet();

    /** What is defined on top if a predicate has a value, which is not so by itself. */
    final Map<Condition, BitSet> conditional = new HashMap<>();

    /** A predicate, by its register's index, and its value. */
    private record Condition(int predicate, boolean value) {}

    State copy() {
      var copy = new State();
      copy.defined.or(defined);
      conditional.forEach((c, set) -> copy.conditional.put(c, (BitSet) set.clone()));
      return copy;
    }

    BitSet when(int predicate, boolean value) {
      return conditional.computeIfAbsent(new Condition(predicate, value), c -> new BitSet());
    }

    void forget(int predicate) {
      conditional.remove(new Condition(predicate, true));
      conditional.remove(new Condition(predicate, false));
    }

    /** Keeps what both are sure of; whether that is less than before. */
    boolean meet(State other) {
      boolean less = false;
      var conditions = new HashSet<>(conditional.keySet());
      conditions.addAll(other.conditional.keySet());
      for (Condition c : conditions) {
        BitSet before = certain(c);
        BitSet both = (BitSet) before.clone();
        both.and(other.certain(c));
        less |= !both.equals(before);
        conditional.put(c, both);
      }
      int before = defined.cardinality();
      defined.and(other.defined);
      return less || defined.cardinality() != before;
    }

    private BitSet certain(Condition c) {
      BitSet set = (BitSet) defined.clone();
      set.or(conditional.getOrDefault(c, new BitSet()));
      return set;
    }
  }

  private final PtxEntry.Body body;
  private final List<Instruction> instructions;
  private final @Nullable State[] before;
  private final ArrayDeque<Integer> pending = new ArrayDeque<>();

  Definedness(PtxEntry.Body body) {
    this.body = body;
    this.instructions = body.instructions();
    this.before = new State[instructions.size()];
  }

  void verify() {
    before[0] = new State();
    pending.add(0);
    while (!pending.isEmpty()) {
      int at = pending.remove();
      State state = before[at];
      if (state != null) {
        flow(instructions.get(at), at, state.copy());
      }
    }
    for (int at = 0; at < instructions.size(); at++) {
      State state = before[at];
      if (state != null) {
        check(instructions.get(at), state);
      }
    }
  }

  private void flow(Instruction i, int at, State state) {
    if (i.opcode() == Opcode.BRA) {
      branch(i, at, state);
      return;
    }
    if (i.opcode().ends()) {
      if (i.guard() != null) {
        reach(at + 1, given(state, i.guard(), i.negated()));
      }
      return;
    }
    for (Register written : written(i)) {
      if (written.type() == PtxType.PRED) {
        state.forget(written.index());
      }
      if (i.guard() == null) {
        state.defined.set(written.index());
      } else {
        state.when(i.guard().index(), !i.negated()).set(written.index());
        BitSet both = (BitSet) state.when(i.guard().index(), true).clone();
        both.and(state.when(i.guard().index(), false));
        state.defined.or(both);
      }
    }
    reach(at + 1, state);
  }

  private void branch(Instruction i, int at, State state) {
    if (i.guard() == null) {
      reach(i.target(), state);
    } else {
      reach(i.target(), given(state, i.guard(), !i.negated()));
      reach(at + 1, given(state, i.guard(), i.negated()));
    }
  }

  /** The state where the predicate is known to be {@code value}. */
  private static State given(State state, Register predicate, boolean value) {
    State known = state.copy();
    known.defined.or(known.when(predicate.index(), value));
    return known;
  }

  private void reach(int at, State state) {
    State there = before[at];
    if (there == null) {
      before[at] = state.copy();
      pending.add(at);
    } else if (there.meet(state)) {
      pending.add(at);
    }
  }

  private void check(Instruction i, State state) {
    BitSet certain = (BitSet) state.defined.clone();
    if (i.guard() != null) {
      if (!certain.get(i.guard().index())) {
        throw undefined(i.guard(), i.at());
      }
      certain.or(state.when(i.guard().index(), !i.negated()));
    }
    for (Operand o : reads(i)) {
      Register r = Verifier.registerOf(o);
      if (r != null && !certain.get(r.index())) {
        throw undefined(r, o.at());
      }
    }
  }

  private PtxException undefined(Register r, Position at) {
    return body.source()
        .error(
            at,
            r.name()
                + " may be read here before anything wrote to it; set it on every path, as with mov");
  }

  /** The operands whose registers an instruction reads, the guard aside. */
  static List<Operand> reads(Instruction i) {
    var reads = new ArrayList<Operand>();
    for (int n = 0; n < i.operands().size(); n++) {
      Operand o = i.operands().get(n);
      Form.Slot slot = i.form().operands().get(n);
      if (slot.written()) {
        continue;
      }
      if (o instanceof Operand.Vector v) {
        reads.addAll(v.elements());
      } else {
        reads.add(o);
      }
    }
    return reads;
  }

  /** The registers that an instruction writes to. */
  static List<Register> written(Instruction i) {
    var written = new ArrayList<Register>();
    for (int n = 0; n < i.operands().size(); n++) {
      if (i.form().operands().get(n).written()) {
        collect(i.operands().get(n), written);
      }
    }
    return written;
  }

  private static void collect(Operand o, List<Register> into) {
    if (o instanceof Operand.Vector v) {
      v.elements().forEach(e -> collect(e, into));
    } else if (o instanceof Operand.Pair p) {
      collect(p.first(), into);
      collect(p.second(), into);
    } else if (o instanceof Operand.Reg r) {
      into.add(r.register());
    }
  }
}
