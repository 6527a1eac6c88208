package dev.hone.kernels.ptx;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where threads go and what they wait for: branches, exits, exchanges between the lanes of a warp,
 * and barriers of a block.
 */
final class ControlUnit {
  private final Step[] steps;
  private final Warp[] warps;
  private final Segments segments;
  private final Faults faults;
  private final @Nullable Tally tally;
  private final Exchange exchange = new Exchange();

  private int block;
  private int epoch;

  ControlUnit(Step[] steps, Warp[] warps, Segments segments, Faults faults, @Nullable Tally tally) {
    this.steps = steps;
    this.warps = warps;
    this.segments = segments;
    this.faults = faults;
    this.tally = tally;
  }

  void startBlock(int b) {
    block = b;
    epoch = 0;
  }

  /** How many barriers the block has passed. */
  int epoch() {
    return epoch;
  }

  /** Takes a step that is no action, for the lanes in {@code on}. */
  void run(Warp w, Step s, int on) {
    switch (s.control) {
      case Micro.Branch b -> branch(w, b, on);
      case Micro.Exit e -> {
        if (e.trap() && on != 0) {
          throw faults.at(
              w, Integer.numberOfTrailingZeros(on), PtxFault.Kind.TRAP, "the kernel trapped");
        }
        exit(w, on);
      }
      case Micro.Barrier b -> barrier(w, s, on);
      case Micro.WarpBarrier b -> {
        if (together(w, s, on, b.members())) {
          w.segment = segments.open(block, w.index, epoch);
          next(w);
        }
      }
      case Micro.Shuffle c -> {
        if (together(w, s, on, c.members())) {
          exchange.shuffle(w, c, on);
          next(w);
        }
      }
      case Micro.Vote v -> {
        if (together(w, s, on, v.members())) {
          exchange.vote(w, v, on);
          next(w);
        }
      }
      case Micro.Scalar m -> throw new IllegalStateException("no control: " + m);
      case Micro.Load m -> throw new IllegalStateException("no control: " + m);
      case Micro.Store m -> throw new IllegalStateException("no control: " + m);
      case Micro.Atomic m -> throw new IllegalStateException("no control: " + m);
      case Micro.ActiveMask m -> throw new IllegalStateException("no control: " + m);
      case Micro.Fence m -> throw new IllegalStateException("no control: " + m);
    }
  }

  private static void next(Warp w) {
    w.pc++;
    w.reconverge();
  }

  private void branch(Warp w, Micro.Branch b, int on) {
    if (on == 0) {
      next(w);
      return;
    }
    if (tally != null && on != w.active) {
      tally.divergentBranches++;
    }
    w.split(on, b.target());
  }

  private static void exit(Warp w, int on) {
    if (on == 0) {
      next(w);
    } else {
      w.exit(on);
    }
  }

  /** Whether the members named are all here; if not, those here wait for them. */
  private boolean together(Warp w, Step s, int on, int cell) {
    if (on == 0) {
      next(w);
      return false;
    }
    int members = Exchange.members(w, cell, on);
    if ((on & ~members) != 0) {
      throw faults.at(
          w,
          Integer.numberOfTrailingZeros(on & ~members),
          PtxFault.Kind.WARP_SYNC,
          "%s names the lanes 0x%x, this one not among them"
              .formatted(s.code.source().name(), members));
    }
    int needed = members & w.live;
    if (on == needed) {
      return true;
    }
    if (on != w.active || !w.await()) {
      throw missing(w, s, on, needed, PtxFault.Kind.WARP_SYNC);
    }
    return false;
  }

  private void barrier(Warp w, Step s, int on) {
    if (on == 0) {
      next(w);
    } else if (on == w.live) {
      w.atBarrier = true;
    } else if (on != w.active || !w.await()) {
      throw missing(w, s, on, w.live, PtxFault.Kind.BARRIER);
    }
  }

  private PtxFault missing(Warp w, Step s, int on, int needed, PtxFault.Kind kind) {
    var lines = new TreeSet<String>();
    for (int g = 0; g < w.groups; g++) {
      if (w.groupLanes[g] != on) {
        lines.add("lanes 0x%x at line %d".formatted(w.groupLanes[g], steps[w.groupPc[g]].line));
      }
    }
    if (w.active != 0 && (w.active & ~on) != 0) {
      lines.add("lanes 0x%x not at all, by their guard".formatted(w.active & ~on));
    }
    faults.at(s.line);
    return faults.at(
        w,
        Integer.numberOfTrailingZeros(on),
        kind,
        "lanes 0x%x wait at %s for lanes 0x%x, which wait elsewhere: %s"
            .formatted(on, s.code.source().name(), needed & ~on, String.join(", ", lines)));
  }

  /** All warps wait or are done: lets them pass; false where all are done. */
  boolean passBarrier() {
    Warp first = null;
    for (Warp w : warps) {
      if (w.atBarrier) {
        if (first != null && w.pc != first.pc) {
          faults.at(steps[first.pc].line);
          throw faults.ofBlock(
              PtxFault.Kind.BARRIER,
              "warp %d waits at the bar.sync of line %d, warp %d at that of line %d; all must come to the same"
                  .formatted(first.index, steps[first.pc].line, w.index, steps[w.pc].line));
        }
        first = first == null ? w : first;
      }
    }
    if (first == null) {
      return false;
    }
    epoch++;
    if (tally != null) {
      tally.barriers++;
    }
    for (Warp w : warps) {
      if (w.atBarrier) {
        w.atBarrier = false;
        w.pc++;
        w.segment = segments.open(block, w.index, epoch);
      }
    }
    return true;
  }
}
