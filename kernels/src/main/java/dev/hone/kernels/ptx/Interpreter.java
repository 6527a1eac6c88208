package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
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
  private final Step[] steps;
  private final Warp[] warps;
  private final int sharedBytes;
  private final int dynamicSharedBytes;
  private final boolean checks;
  private final ControlUnit control;
  private final Tracer tracer;
  private final boolean tracing;

  private int block;
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
    this.control = new ControlUnit(steps, warps, segments, faults, tally);
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
    faults.startBlock(b);
    control.startBlock(b);
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
      more = control.passBarrier();
    }
  }

  /** Warps take turns in random order until each waits at a barrier or is done. */
  private void turns() {
    var draw = new Schedule.Draw(options.schedule().seed() + 31L * block + control.epoch());
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
        control.run(w, s, on);
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
