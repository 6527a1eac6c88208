package dev.hone.kernels.ptx;

/** What a kernel did wrong while it ran, and where. */
public final class PtxFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kinds of faults. */
  public enum Kind {
    OUT_OF_BOUNDS("out of bounds"),
    USE_AFTER_FREE("use after free"),
    MISALIGNED("misaligned"),
    RACE("race"),
    BARRIER("barrier"),
    WARP_SYNC("warp synchronisation"),
    UNINITIALISED_REGISTER("uninitialised register"),
    UNINITIALISED_MEMORY("uninitialised memory"),
    READ_ONLY_WRITTEN("write to memory read by .nc"),
    DIVISION_BY_ZERO("division by zero"),
    TRAP("trap"),
    INSTRUCTION_LIMIT("endless");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private final String message;
  private final Kind kind;
  private final String kernel;
  private final int line;
  private final int block;
  private final int thread;

  /** Thread and block are linear; a thread of -1 stands for the whole block. */
  PtxFault(Kind kind, PtxEntry.Body body, Grid grid, int line, int block, int thread, String what) {
    this(message(kind, body, grid, line, block, thread, what), kind, body, line, block, thread);
  }

  private PtxFault(String message, Kind kind, PtxEntry.Body body, int line, int block, int thread) {
    super(message);
    this.message = message;
    this.kind = kind;
    this.kernel = body.name();
    this.line = line;
    this.block = block;
    this.thread = thread;
  }

  private static String message(
      Kind kind, PtxEntry.Body body, Grid grid, int line, int block, int thread, String what) {
    var text = new StringBuilder("%s: %s: ".formatted(body.name(), kind.text)).append(what);
    text.append("%n  at ".formatted());
    text.append(line > 0 ? body.source().name() + ".ptx:" + line + ", " : "");
    text.append("block ").append(blockText(grid, block));
    if (thread >= 0) {
      text.append(", thread ").append(threadText(grid, thread));
      text.append(", warp %d, lane %d".formatted(thread >> 5, thread & 31));
    }
    if (line > 0) {
      text.append("%n  %s".formatted(body.source().line(line).strip()));
    }
    return text.toString();
  }

  static String blockText(Grid grid, int block) {
    return "(%d, %d, %d)"
        .formatted(
            block % grid.gridX(),
            block / grid.gridX() % grid.gridY(),
            block / grid.gridX() / grid.gridY());
  }

  static String threadText(Grid grid, int thread) {
    return "(%d, %d, %d)"
        .formatted(
            thread % grid.blockX(),
            thread / grid.blockX() % grid.blockY(),
            thread / grid.blockX() / grid.blockY());
  }

  @Override
  public String getMessage() {
    return message;
  }

  public Kind kind() {
    return kind;
  }

  /** The entry's name. */
  public String kernel() {
    return kernel;
  }

  /** In the source, from 1; 0 where translated code faulted, which keeps no lines. */
  public int line() {
    return line;
  }

  /** Linear, x fastest. */
  public int block() {
    return block;
  }

  /** Linear in its block, x fastest; -1 where it is the whole block's fault. */
  public int thread() {
    return thread;
  }
}
