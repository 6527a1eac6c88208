package dev.hone.kernels.ptx;

/** Says where a launch stands when something goes wrong. */
final class Faults {
  private final Program program;
  private final Grid grid;
  private final Segments segments;
  private int block;
  private int line;

  Faults(Program program, Grid grid, Segments segments) {
    this.program = program;
    this.grid = grid;
    this.segments = segments;
  }

  void startBlock(int block) {
    this.block = block;
  }

  void at(int line) {
    this.line = line;
  }

  int line() {
    return line;
  }

  PtxFault at(Warp w, int lane, PtxFault.Kind kind, String what) {
    return new PtxFault(kind, program.body(), grid, line, block, w.index * 32 + lane, what);
  }

  PtxFault ofBlock(PtxFault.Kind kind, String what) {
    return new PtxFault(kind, program.body(), grid, line, block, -1, what);
  }

  private String who(long stamp) {
    int segment = Shadow.segment(stamp);
    int thread = segments.warp(segment) * 32 + Shadow.lane(stamp);
    return "thread %s of block %s (line %d)"
        .formatted(
            PtxFault.threadText(grid, thread),
            PtxFault.blockText(grid, segments.block(segment)),
            Shadow.line(stamp));
  }

  PtxFault race(Warp w, int lane, long other, String now, String before, String place) {
    return at(
        w,
        lane,
        PtxFault.Kind.RACE,
        "this %s of %s and the %s by %s have no order; %s"
            .formatted(
                now,
                place,
                before,
                who(other),
                segments.block(Shadow.segment(other)) == block
                    ? "put a bar.sync between them"
                    : "blocks of one launch cannot wait for each other, use two launches"));
  }

  PtxFault readOnly(Warp w, int lane, long other, String did, String place) {
    return at(
        w,
        lane,
        PtxFault.Kind.READ_ONLY_WRITTEN,
        "%s is %s by %s in the same launch; .nc may read only what no kernel writes meanwhile"
            .formatted(place, did, who(other)));
  }
}
