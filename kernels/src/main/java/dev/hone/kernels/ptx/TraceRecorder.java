package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Turns what the interpreter does into {@link TraceStep}s. */
final class TraceRecorder implements Tracer {
  private final Program program;
  private final Consumer<TraceStep> listener;
  private List<TraceStep.Value> read = List.of();
  private int live;
  private int active;

  TraceRecorder(Program program, Consumer<TraceStep> listener) {
    this.program = program;
    this.listener = listener;
  }

  @Override
  public void before(Warp w, Step s, int on) {
    read = values(w, s.reads, false);
    live = w.live;
    active = w.active;
  }

  @Override
  public void after(Warp w, Step s, int on, int block, long[] addresses) {
    var values = new ArrayList<>(read);
    values.addAll(values(w, s.writes, true));
    boolean accesses =
        s.code.micros().stream()
            .anyMatch(m ->
                m instanceof Micro.Load || m instanceof Micro.Store || m instanceof Micro.Atomic);
    var places = new ArrayList<Long>();
    if (accesses && on != 0 && !s.code.source().has("param")) {
      for (long a : addresses) {
        places.add(a);
      }
    }
    listener.accept(
        new TraceStep(
            block,
            w.index,
            s.line,
            s.code.source().toString(),
            live,
            active,
            on,
            List.copyOf(values),
            List.copyOf(places)));
  }

  private List<TraceStep.Value> values(Warp w, int[] cells, boolean written) {
    var values = new ArrayList<TraceStep.Value>();
    for (int c : cells) {
      Cell cell = program.cells().get(c);
      if (cell.content() instanceof Cell.Content.Declared d) {
        var lanes = new ArrayList<String>();
        for (int lane = 0; lane < Warp.LANES; lane++) {
          lanes.add((w.defined[c] >>> lane & 1) == 0 ? "?" : text(w, cell, lane));
        }
        Register r = d.register();
        values.add(new TraceStep.Value(r.name(), r.type(), written, List.copyOf(lanes)));
      }
    }
    return values;
  }

  private static String text(Warp w, Cell cell, int lane) {
    int c = cell.index();
    return switch (cell.bank()) {
      case INT -> String.valueOf(w.ints(c)[lane]);
      case LONG -> address(w.longs(c)[lane]);
      case FLOAT -> String.valueOf(w.floats(c)[lane]);
      case DOUBLE -> String.valueOf(w.doubles(c)[lane]);
      case PREDICATE -> (w.masks[c] >>> lane & 1) != 0 ? "true" : "false";
    };
  }

  /** What looks like an address of device memory is shown as allocation and byte. */
  private static String address(long value) {
    boolean likely = value > 0 && value >>> DeviceMemory.ID_SHIFT != 0;
    return likely
        ? "#%d+%d".formatted(DeviceMemory.id(value), DeviceMemory.offset(value))
        : String.valueOf(value);
  }
}
