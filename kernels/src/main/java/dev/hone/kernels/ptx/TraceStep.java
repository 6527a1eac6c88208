package dev.hone.kernels.ptx;

import java.util.List;

/**
 * One instruction of one warp, as it ran.
 *
 * @param live the lanes that have not exited, a bit each
 * @param active the lanes that came here together
 * @param running those of them that the guard let run
 * @param values registers it read, then those it wrote
 * @param addresses of a memory access, by lane; empty for other instructions
 */
public record TraceStep(
    int block,
    int warp,
    int line,
    String instruction,
    int live,
    int active,
    int running,
    List<Value> values,
    List<Long> addresses) {

  /**
   * A register's contents.
   *
   * @param lanes as text, by lane; {@code ?} where nothing wrote to it
   */
  public record Value(String register, PtxType type, boolean written, List<String> lanes) {}

  /** Each lane as a sign: # runs, - is held back by the guard, . is elsewhere, blank has exited. */
  public String picture() {
    var picture = new StringBuilder();
    for (int lane = 0; lane < Warp.LANES; lane++) {
      int bit = 1 << lane;
      picture.append(
          (running & bit) != 0 ? '#' : (active & bit) != 0 ? '-' : (live & bit) != 0 ? '.' : ' ');
    }
    return picture.toString();
  }

  /** An address as allocation and byte; shared and constant addresses are bytes alone. */
  public String address(int lane) {
    long a = addresses.get(lane);
    return a >>> DeviceMemory.ID_SHIFT == 0
        ? "byte " + a
        : "allocation %d byte %d".formatted(DeviceMemory.id(a), DeviceMemory.offset(a));
  }
}
