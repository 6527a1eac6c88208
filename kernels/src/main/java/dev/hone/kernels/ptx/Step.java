package dev.hone.kernels.ptx;

import java.util.List;

/** An instruction as the interpreter runs it. */
final class Step {
  /** Computes or accesses memory, for the lanes in {@code on}. */
  interface Action {
    void run(Warp w, int on);
  }

  final Program.Code code;
  final int line;
  final int guard;
  final boolean negated;
  final int[] reads;
  final int[] writes;
  final int flops;
  final int divisor;
  final Action[] actions;

  /** Set for what is not an action: branches, barriers, exchanges between lanes. */
  final Micro control;

  boolean executed;

  Step(Program.Code code, Action[] actions, Micro control) {
    this.code = code;
    this.line = code.line();
    this.guard = code.guard();
    this.negated = code.negated();
    this.reads = toArray(code.reads());
    this.writes = toArray(code.writes());
    this.flops = code.flops();
    this.divisor = code.divisor();
    this.actions = actions;
    this.control = control;
  }

  private static int[] toArray(List<Integer> list) {
    return list.stream().mapToInt(i -> i).toArray();
  }
}
