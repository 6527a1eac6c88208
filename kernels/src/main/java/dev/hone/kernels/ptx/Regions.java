package dev.hone.kernels.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * Cuts a kernel where a thread must wait for others. A region is what can run from one such point,
 * or the start, to the next ones; regions may share instructions. Where a region would be too large
 * for the JVM to compile it is cut once more, at points where nobody waits.
 */
final class Regions {
  private final List<Program.Code> code;

  /** Instructions that wait, each the number of its sync point. */
  private final TreeMap<Integer, Integer> syncs = new TreeMap<>();

  /** Where regions begin, each with its number; cuts are numbered as sync points too. */
  private final TreeMap<Integer, Integer> entries = new TreeMap<>();

  private final List<Integer> starts = new ArrayList<>();
  private final BitSet cuts = new BitSet();

  /** Of each sync point: the instruction that waits, -1 for a cut, and the region that follows. */
  private final List<Point> points = new ArrayList<>();

  /** A sync point. */
  record Point(int instruction, int region) {}

  /**
   * @param longest how many instructions may follow each other without a cut
   */
  Regions(List<Program.Code> code, int longest) {
    this.code = code;
    entry(0);
    int run = 0;
    for (int at = 0; at < code.size(); at++) {
      if (++run > longest && !entries.containsKey(at)) {
        entry(at);
        cuts.set(at);
        run = 1;
      }
      if (isSync(code.get(at)) && at + 1 < code.size()) {
        entry(at + 1);
        run = 0;
      }
    }
    for (int at = 0; at < code.size(); at++) {
      if (isSync(code.get(at))) {
        syncs.put(at, points.size());
        points.add(new Point(at, entries.getOrDefault(at + 1, -1)));
      }
    }
    for (int at = cuts.nextSetBit(0); at >= 0; at = cuts.nextSetBit(at + 1)) {
      cutPoints.put(at, points.size());
      points.add(new Point(-1, entries.getOrDefault(at, -1)));
    }
  }

  private final TreeMap<Integer, Integer> cutPoints = new TreeMap<>();

  private void entry(int at) {
    if (!entries.containsKey(at)) {
      entries.put(at, starts.size());
      starts.add(at);
    }
  }

  static boolean isSync(Program.Code c) {
    return c.micros().size() == 1
        && switch (c.micros().getFirst()) {
          case Micro.Shuffle s -> true;
          case Micro.Vote v -> true;
          case Micro.Barrier b -> true;
          case Micro.WarpBarrier b -> true;
          case Micro.Scalar s -> false;
          case Micro.Load l -> false;
          case Micro.Store s -> false;
          case Micro.Atomic a -> false;
          case Micro.ActiveMask a -> false;
          case Micro.Branch b -> false;
          case Micro.Exit e -> false;
          case Micro.Fence f -> false;
        };
  }

  int count() {
    return starts.size();
  }

  int start(int region) {
    return starts.get(region);
  }

  List<Point> points() {
    return points;
  }

  /** The sync point of an instruction that waits. */
  int syncPoint(int at) {
    return syncs.getOrDefault(at, -1);
  }

  /** The sync point at which {@code region} ends before instruction {@code at}; -1 for none. */
  int cutBefore(int region, int at) {
    return start(region) == at ? -1 : cutPoints.getOrDefault(at, -1);
  }

  /** The instructions of a region, those before which it ends included. */
  BitSet instructions(int region) {
    var reached = new BitSet();
    var pending = new ArrayDeque<Integer>();
    pending.add(start(region));
    while (!pending.isEmpty()) {
      int at = pending.remove();
      if (reached.get(at)) {
        continue;
      }
      reached.set(at);
      if (cutBefore(region, at) >= 0) {
        continue;
      }
      Program.Code c = code.get(at);
      if (c.micros().size() == 1 && c.micros().getFirst() instanceof Micro.Branch b) {
        pending.add(b.target());
      }
      boolean waits = isSync(c) && c.guard() < 0;
      if (c.source().continues() && !waits) {
        pending.add(at + 1);
      }
    }
    return reached;
  }
}
