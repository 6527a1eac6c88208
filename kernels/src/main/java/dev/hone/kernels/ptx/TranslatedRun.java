package dev.hone.kernels.ptx;

import java.util.Arrays;
import java.util.List;

/** Runs one launch of translated code, a thread at a time from sync point to sync point. */
final class TranslatedRun {
  private static final int EXITED = -1;

  private final Program program;
  private final Grid grid;
  private final EmulatorOptions options;
  private final TranslatedKernel kernel;
  private final List<Regions.Point> points;
  private final ThreadFrame[] frames;
  private final int[] shared;
  private final int dynamicSharedBytes;
  private final boolean alone;
  private final int[] order;
  private int block;
  private int current;

  TranslatedRun(
      Program program,
      Translator.Translation translation,
      Grid grid,
      int dynamicSharedBytes,
      int[] parameters,
      DeviceMemory memory,
      EmulatorOptions options) {
    this.program = program;
    this.grid = grid;
    this.options = options;
    this.kernel = translation.kernel();
    this.points = translation.regions().points();
    this.dynamicSharedBytes = dynamicSharedBytes;
    this.shared = new int[(program.dynamicSharedOffset() + dynamicSharedBytes + 3) / 4];
    int[] constants = program.body().constants().stream().mapToInt(i -> i).toArray();
    // Threads that never wait can take turns in one frame.
    this.alone = points.stream().allMatch(p -> p.instruction() < 0);
    this.frames = new ThreadFrame[alone ? 1 : grid.threadsPerBlock()];
    int cells = program.cells().size();
    Arrays.setAll(
        frames,
        n ->
            new ThreadFrame(
                cells, memory, shared, constants, parameters, options.approximation().code()));
    for (ThreadFrame f : frames) {
      fillConstants(f);
    }
    this.order = options.schedule().blocks(grid.threadsPerBlock());
  }

  /** For exchanges, which read their operands from the frame. */
  private void fillConstants(ThreadFrame f) {
    for (Cell c : program.cells()) {
      if (c.content() instanceof Cell.Content.Constant k) {
        if (c.bank() == Bank.INT || c.bank() == Bank.FLOAT) {
          f.put(c, (int) k.bits());
        }
      }
    }
  }

  void run() {
    for (int b : options.schedule().blocks(grid.blocks())) {
      block = b;
      try {
        if (alone) {
          runAlone();
        } else {
          runTogether();
        }
      } catch (IndexOutOfBoundsException e) {
        throw fault(
            PtxFault.Kind.OUT_OF_BOUNDS,
            "outside of every live allocation or misaligned ("
                + e.getMessage()
                + "); the interpreter tells the line and the address");
      } catch (TranslatedMemory.Stopped e) {
        throw e.endless()
            ? fault(
                PtxFault.Kind.INSTRUCTION_LIMIT,
                "the thread took %d backward branches and is not done"
                    .formatted(options.instructionLimit()))
            : fault(PtxFault.Kind.TRAP, "the kernel trapped");
      }
    }
  }

  private PtxFault fault(PtxFault.Kind kind, String what) {
    return new PtxFault(kind, program.body(), grid, 0, block, current, what);
  }

  private void place(ThreadFrame f, int thread) {
    for (Cell c : places()) {
      if (c.content() instanceof Cell.Content.Place p) {
        f.ints[c.index()] =
            p.register().value(grid, block, thread, shared.length * 4, dynamicSharedBytes);
      }
    }
  }

  private Cell[] places = {};
  private boolean placesKnown;

  private Cell[] places() {
    if (!placesKnown) {
      places =
          program.cells().stream()
              .filter(c -> c.content() instanceof Cell.Content.Place)
              .toArray(Cell[]::new);
      placesKnown = true;
    }
    return places;
  }

  private void runAlone() {
    ThreadFrame f = frames[0];
    Arrays.fill(shared, 0x7FBADBAD);
    for (int thread : order) {
      current = thread;
      place(f, thread);
      f.start(options);
      resume(f);
    }
  }

  /** Until the thread waits for others or exits. */
  private void resume(ThreadFrame f) {
    int point = kernel.run(f, f.region);
    while (point >= 0 && points.get(point).instruction() < 0) {
      point = kernel.run(f, points.get(point).region());
    }
    f.waiting = point;
    if (point >= 0) {
      f.region = points.get(point).region();
    }
  }

  private void runTogether() {
    Arrays.fill(shared, 0x7FBADBAD);
    int warps = (frames.length + 31) / 32;
    int[] turn = options.schedule().blocks(warps);
    for (int t = 0; t < frames.length; t++) {
      place(frames[t], t);
      frames[t].start(options);
      frames[t].waiting = EXITED;
    }
    boolean[] runs = new boolean[frames.length];
    Arrays.fill(runs, true);
    boolean more = true;
    while (more) {
      for (int w : turn) {
        warp(w * 32, runs);
      }
      more = passBarrier(runs);
    }
  }

  /** Runs the threads of a warp until all of them wait at a barrier or have exited. */
  private void warp(int first, boolean[] runs) {
    int end = Math.min(first + 32, frames.length);
    boolean moved = true;
    while (moved) {
      for (int n = 0; n < 32; n++) {
        int t = first + lane(n);
        if (t < end && runs[t]) {
          current = t;
          resume(frames[t]);
          runs[t] = false;
        }
      }
      moved = exchange(first, end, runs);
    }
  }

  private int lane(int n) {
    return switch (options.schedule().order()) {
      case FORWARD -> n;
      case REVERSE -> 31 - n;
      case RANDOM -> n * 13 + options.schedule().seed() & 31;
    };
  }

  /** Performs the exchanges whose members are all here; whether there was one. */
  private boolean exchange(int first, int end, boolean[] runs) {
    int live = 0;
    for (int t = first; t < end; t++) {
      live |= frames[t].waiting == EXITED ? 0 : 1 << t - first;
    }
    boolean moved = false;
    int left = live;
    while (left != 0) {
      int lane = Integer.numberOfTrailingZeros(left);
      int point = frames[first + lane].waiting;
      int here = 0;
      for (int m = left; m != 0; m &= m - 1) {
        int other = Integer.numberOfTrailingZeros(m);
        here |= frames[first + other].waiting == point ? 1 << other : 0;
      }
      left &= ~here;
      moved |= group(first, here, live, points.get(point), runs);
    }
    return moved;
  }

  private boolean group(int first, int here, int live, Regions.Point point, boolean[] runs) {
    int leader = first + Integer.numberOfTrailingZeros(here);
    Micro micro = program.code().get(point.instruction()).micros().getFirst();
    current = leader;
    int members;
    switch (micro) {
      case Micro.Shuffle s -> members = frames[leader].ints[s.members()];
      case Micro.Vote v -> members = frames[leader].ints[v.members()];
      case Micro.WarpBarrier b -> members = frames[leader].ints[b.members()];
      default -> {
        if (here != live) {
          throw fault(
              PtxFault.Kind.BARRIER,
              "lanes 0x%x wait at the bar.sync of line %d, lanes 0x%x do not"
                  .formatted(here, line(point), live & ~here));
        }
        return false;
      }
    }
    if ((here & ~members) != 0 || here != (members & live)) {
      throw fault(
          PtxFault.Kind.WARP_SYNC,
          "lanes 0x%x wait at line %d for lanes 0x%x"
              .formatted(here, line(point), members & live & ~here));
    }
    if (micro instanceof Micro.Shuffle s) {
      shuffle(first, here, s);
    } else if (micro instanceof Micro.Vote v) {
      vote(first, here, v);
    }
    for (int m = here; m != 0; m &= m - 1) {
      runs[first + Integer.numberOfTrailingZeros(m)] = true;
    }
    return true;
  }

  private int line(Regions.Point point) {
    return program.code().get(point.instruction()).line();
  }

  private final int[] values = new int[Warp.LANES];

  private void shuffle(int first, int here, Micro.Shuffle s) {
    Cell a = program.cells().get(s.a());
    for (int m = here; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      values[lane] = frames[first + lane].bits(a);
    }
    for (int m = here; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      ThreadFrame f = frames[first + lane];
      int source = Exchange.source(s.mode(), lane, f.ints[s.lane()], f.ints[s.clamp()]);
      int from = source < 0 || (here >>> source & 1) == 0 ? lane : source;
      if (s.predicate() >= 0) {
        f.predicates[s.predicate()] = source >= 0;
      }
      if (s.into() >= 0) {
        f.put(program.cells().get(s.into()), values[from]);
      }
    }
  }

  private void vote(int first, int here, Micro.Vote v) {
    int ayes = 0;
    for (int m = here; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      ayes |= frames[first + lane].predicates[v.predicate()] ? 1 << lane : 0;
    }
    int result = Exchange.vote(v.mode(), ayes, here);
    for (int m = here; m != 0; m &= m - 1) {
      ThreadFrame f = frames[first + Integer.numberOfTrailingZeros(m)];
      if (v.mode() == Micro.VoteMode.BALLOT) {
        f.put(program.cells().get(v.into()), result);
      } else {
        f.predicates[v.into()] = result != 0;
      }
    }
  }

  private boolean passBarrier(boolean[] runs) {
    int point = EXITED;
    for (int t = 0; t < frames.length; t++) {
      int waiting = frames[t].waiting;
      if (waiting != EXITED) {
        if (point != EXITED && waiting != point) {
          current = -1;
          throw fault(
              PtxFault.Kind.BARRIER,
              "threads wait at the bar.sync of line %d and of line %d; all must come to the same"
                  .formatted(line(points.get(point)), line(points.get(waiting))));
        }
        point = waiting;
        runs[t] = true;
      }
    }
    return point != EXITED;
  }
}
