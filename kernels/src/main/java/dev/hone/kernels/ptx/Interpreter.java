package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Runs one launch, a warp at a time. */
final class Interpreter {
  private static final int LONGEST_TURN = 64;

  private final Program program;
  private final Grid grid;
  private final EmulatorOptions options;
  private final Segments segments;
  private final Faults faults;
  private final @Nullable Tally tally;
  private final MemoryUnit memory;
  private final Exchange exchange = new Exchange();
  private final Step[] steps;
  private final Warp[] warps;
  private final int sharedBytes;
  private final int dynamicSharedBytes;
  private final boolean checks;
  private final Tracer tracer;
  private final boolean tracing;

  private int block;
  private int epoch;
  private long left;

  Interpreter(
      Program program,
      Grid grid,
      int dynamicSharedBytes,
      int[] parameters,
      DeviceMemory device,
      Segments segments,
      EmulatorOptions options,
      @Nullable Tracer tracer) {
    this.program = program;
    this.grid = grid;
    this.options = options;
    this.segments = segments;
    this.checks = options.checks();
    this.faults = new Faults(program, grid, segments);
    this.tally = options.counters() ? new Tally() : null;
    this.dynamicSharedBytes = dynamicSharedBytes;
    this.sharedBytes = program.dynamicSharedOffset() + dynamicSharedBytes;
    this.memory =
        new MemoryUnit(device, segments, faults, tally, checks, parameters, program, sharedBytes);
    this.steps = new Step[program.code().size()];
    Arrays.setAll(steps, n -> step(program.code().get(n)));
    this.warps = new Warp[(grid.threadsPerBlock() + 31) / 32];
    Arrays.setAll(warps, n -> new Warp(n, program));
    this.tracer = tracer == null ? Tracer.NONE : tracer;
    this.tracing = tracer != null;
    this.left = options.instructionLimit();
  }

  // ---- Preparation -----------------------------------------------------------------------------

  private Step step(Program.Code code) {
    var actions = new ArrayList<Step.Action>();
    Micro control = NO_CONTROL;
    for (Micro micro : code.micros()) {
      switch (micro) {
        case Micro.Scalar s -> actions.add(scalar(s));
        case Micro.Load l -> {
          int[] into = l.into().stream().mapToInt(i -> i).toArray();
          actions.add((w, on) -> memory.load(w, l, into, on));
        }
        case Micro.Store s -> {
          int[] from = s.from().stream().mapToInt(i -> i).toArray();
          actions.add((w, on) -> memory.store(w, s, from, on));
        }
        case Micro.Atomic a -> actions.add((w, on) -> memory.atomic(w, a, on));
        case Micro.ActiveMask a -> actions.add((w, on) -> Exchange.broadcast(w, a.into(), on, on));
        case Micro.Fence f -> {}
        case Micro.Shuffle c -> control = c;
        case Micro.Vote c -> control = c;
        case Micro.Branch c -> control = c;
        case Micro.Exit c -> control = c;
        case Micro.Barrier c -> control = c;
        case Micro.WarpBarrier c -> control = c;
      }
    }
    return new Step(code, actions.toArray(Step.Action[]::new), control);
  }

  /** Marks a step without control. */
  private static final Micro NO_CONTROL = new Micro.Fence();

  private Step.Action scalar(Micro.Scalar s) {
    var from = s.sources().stream().map(c -> program.cells().get(c).bank()).toList();
    LaneLoop loop = LaneLoop.of(s.semantic(), program.cells().get(s.d()).bank(), from);
    int d = s.d();
    int a = s.sources().get(0);
    int b = s.sources().size() > 1 ? s.sources().get(1) : 0;
    int c = s.sources().size() > 2 ? s.sources().get(2) : 0;
    int e = s.sources().size() > 3 ? s.sources().get(3) : 0;
    return (w, on) -> loop.run(w.cells, w.masks, d, a, b, c, e, on);
  }

  /** Constants and what depends on the thread, for every block. */
  private void prepare(Warp w) {
    for (Cell cell : program.cells()) {
      switch (cell.content()) {
        case Cell.Content.Constant c -> splat(w, cell, c.bits());
        case Cell.Content.Accuracy a -> splat(w, cell, options.approximation().code());
        case Cell.Content.Place p -> {}
        case Cell.Content.Declared d -> {}
        case Cell.Content.Temporary t -> {}
      }
    }
  }

  private static void splat(Warp w, Cell cell, long bits) {
    switch (cell.bank()) {
      case INT -> Arrays.fill(w.ints(cell.index()), (int) bits);
      case LONG -> Arrays.fill(w.longs(cell.index()), bits);
      case FLOAT -> Arrays.fill(w.floats(cell.index()), Float.intBitsToFloat((int) bits));
      case DOUBLE -> Arrays.fill(w.doubles(cell.index()), Double.longBitsToDouble(bits));
      case PREDICATE -> w.masks[cell.index()] = bits != 0 ? -1 : 0;
    }
  }

  private void place(Warp w) {
    for (Cell cell : program.cells()) {
      if (cell.content() instanceof Cell.Content.Place p) {
        int[] values = w.ints(cell.index());
        for (int lane = 0; lane < Warp.LANES; lane++) {
          values[lane] =
              p.register().value(grid, block, w.index * 32 + lane, sharedBytes, dynamicSharedBytes);
        }
      }
    }
  }

  // ---- Blocks ----------------------------------------------------------------------------------

  void run() {
    segments.launch();
    for (Warp w : warps) {
      prepare(w);
    }
    for (int b : options.schedule().blocks(grid.blocks())) {
      block(b);
    }
  }

  private void block(int b) {
    block = b;
    epoch = 0;
    faults.startBlock(b);
    memory.startBlock();
    int threads = grid.threadsPerBlock();
    for (Warp w : warps) {
      w.start(threads - w.index * 32);
      w.segment = segments.open(b, w.index, 0);
      place(w);
    }
    boolean more = true;
    while (more) {
      if (options.schedule().order() == Schedule.Order.RANDOM) {
        turns();
      } else {
        boolean reverse = options.schedule().order() == Schedule.Order.REVERSE;
        for (int n = 0; n < warps.length; n++) {
          run(warps[reverse ? warps.length - 1 - n : n], Integer.MAX_VALUE);
        }
      }
      more = passBarrier();
    }
  }

  /** Warps take turns in random order until each waits at a barrier or is done. */
  private void turns() {
    var draw = new Schedule.Draw(options.schedule().seed() + 31L * block + epoch);
    Warp[] running = Arrays.stream(warps).filter(w -> !w.done()).toArray(Warp[]::new);
    int n = running.length;
    while (n > 0) {
      int pick = draw.below(n);
      Warp w = running[pick];
      run(w, 1 + draw.below(LONGEST_TURN));
      if (w.done() || w.atBarrier) {
        running[pick] = running[--n];
      }
    }
  }

  /** All warps wait or are done: lets them pass; false where all are done. */
  private boolean passBarrier() {
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

  // ---- Instructions ----------------------------------------------------------------------------

  private void run(Warp w, int turns) {
    for (int n = 0; n < turns && !w.atBarrier && w.live != 0; n++) {
      Step s = steps[w.pc];
      int on = w.active;
      faults.at(s.line);
      if (s.guard >= 0) {
        if (checks && (w.defined[s.guard] & on) != on) {
          throw unset(w, s.guard, on);
        }
        on &= s.negated ? ~w.masks[s.guard] : w.masks[s.guard];
      }
      if (--left < 0) {
        throw faults.at(
            w,
            Integer.numberOfTrailingZeros(w.active),
            PtxFault.Kind.INSTRUCTION_LIMIT,
            "the launch ran %d instructions and is not done".formatted(options.instructionLimit()));
      }
      if (tally != null) {
        tally.warpInstructions++;
        tally.instructions += Integer.bitCount(on);
        tally.flops += (long) s.flops * Integer.bitCount(on);
      }
      // A branch that no lane takes was decided all the same.
      s.executed |= on != 0 || s.control instanceof Micro.Branch;
      if (checks && on != 0) {
        check(w, s, on);
      }
      if (tracing) {
        tracer.before(w, s, on);
      }
      if (s.control == NO_CONTROL) {
        if (on != 0) {
          for (Step.Action action : s.actions) {
            action.run(w, on);
          }
          for (int cell : s.writes) {
            w.defined[cell] |= on;
          }
        }
        w.pc++;
        w.reconverge();
      } else {
        control(w, s, on);
      }
      if (tracing) {
        tracer.after(w, s, on, block, memory.addresses());
      }
    }
  }

  private void check(Warp w, Step s, int on) {
    for (int cell : s.reads) {
      if ((w.defined[cell] & on) != on && cell != s.guard) {
        throw unset(w, cell, on);
      }
    }
    if (s.divisor >= 0) {
      int zero = zeros(w.cells[s.divisor]) & on;
      if (zero != 0) {
        throw faults.at(
            w,
            Integer.numberOfTrailingZeros(zero),
            PtxFault.Kind.DIVISION_BY_ZERO,
            s.code.source().name() + " divides by 0, which gives what the machine pleases");
      }
    }
  }

  private static int zeros(Object values) {
    int zero = 0;
    for (int lane = 0; lane < Warp.LANES; lane++) {
      boolean is = values instanceof int[] i ? i[lane] == 0 : ((long[]) values)[lane] == 0;
      zero |= is ? 1 << lane : 0;
    }
    return zero;
  }

  private PtxFault unset(Warp w, int cell, int on) {
    int lane = Integer.numberOfTrailingZeros(on & ~w.defined[cell]);
    String name =
        program.cells().get(cell).content() instanceof Cell.Content.Declared d
            ? d.register().name()
            : "a register";
    return faults.at(
        w,
        lane,
        PtxFault.Kind.UNINITIALISED_REGISTER,
        name + " is read, but nothing wrote to it in this lane");
  }

  private void control(Warp w, Step s, int on) {
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

  // ---- Results ---------------------------------------------------------------------------------

  Counters counters() {
    return tally == null ? Counters.NONE : tally.counters();
  }

  /** Notes the lines that ran. */
  void cover(Set<Integer> lines) {
    for (Step s : steps) {
      if (s.executed) {
        lines.add(s.line);
      }
    }
  }
}
