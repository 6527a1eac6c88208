package dev.hone.kernels.ptx;

import java.util.BitSet;
import java.util.List;

/** Which registers' values are still wanted before each instruction; a backward dataflow. */
final class Liveness {
  private final BitSet[] before;

  Liveness(List<Program.Code> code) {
    before = new BitSet[code.size() + 1];
    java.util.Arrays.setAll(before, n -> new BitSet());
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int at = code.size() - 1; at >= 0; at--) {
        BitSet live = live(code.get(at), at);
        if (!live.equals(before[at])) {
          before[at] = live;
          changed = true;
        }
      }
    }
  }

  private BitSet live(Program.Code c, int at) {
    var live = new BitSet();
    if (c.source().continues()) {
      live.or(before[at + 1]);
    }
    if (c.micros().size() == 1 && c.micros().getFirst() instanceof Micro.Branch b) {
      live.or(before[b.target()]);
    }
    if (c.guard() < 0) {
      c.writes().forEach(live::clear);
    }
    c.reads().forEach(live::set);
    return live;
  }

  /** By cell. */
  BitSet before(int at) {
    return before[at];
  }
}
