package dev.hone.kernels.ptx;

import org.jspecify.annotations.Nullable;

/** A read-only register that says where a thread is (PTX ISA, section 10). All are 32 bits. */
enum SpecialRegister {
  TID_X("%tid.x"),
  TID_Y("%tid.y"),
  TID_Z("%tid.z"),
  NTID_X("%ntid.x"),
  NTID_Y("%ntid.y"),
  NTID_Z("%ntid.z"),
  CTAID_X("%ctaid.x"),
  CTAID_Y("%ctaid.y"),
  CTAID_Z("%ctaid.z"),
  NCTAID_X("%nctaid.x"),
  NCTAID_Y("%nctaid.y"),
  NCTAID_Z("%nctaid.z"),
  LANEID("%laneid"),
  WARPID("%warpid"),
  NWARPID("%nwarpid"),
  LANEMASK_EQ("%lanemask_eq"),
  LANEMASK_LT("%lanemask_lt"),
  LANEMASK_LE("%lanemask_le"),
  LANEMASK_GT("%lanemask_gt"),
  LANEMASK_GE("%lanemask_ge"),
  TOTAL_SMEM_SIZE("%total_smem_size"),
  DYNAMIC_SMEM_SIZE("%dynamic_smem_size");

  private final String text;

  SpecialRegister(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  static @Nullable SpecialRegister named(String text) {
    for (SpecialRegister r : values()) {
      if (r.text.equals(text)) {
        return r;
      }
    }
    return null;
  }

  /** The value for thread {@code thread} of block {@code block}, both linear, x fastest. */
  int value(Grid grid, int block, int thread, int sharedBytes, int dynamicSharedBytes) {
    int lane = thread & 31;
    return switch (this) {
      case TID_X -> thread % grid.blockX();
      case TID_Y -> thread / grid.blockX() % grid.blockY();
      case TID_Z -> thread / grid.blockX() / grid.blockY();
      case NTID_X -> grid.blockX();
      case NTID_Y -> grid.blockY();
      case NTID_Z -> grid.blockZ();
      case CTAID_X -> block % grid.gridX();
      case CTAID_Y -> block / grid.gridX() % grid.gridY();
      case CTAID_Z -> block / grid.gridX() / grid.gridY();
      case NCTAID_X -> grid.gridX();
      case NCTAID_Y -> grid.gridY();
      case NCTAID_Z -> grid.gridZ();
      case LANEID -> lane;
      case WARPID -> thread >> 5;
      case NWARPID -> (grid.threadsPerBlock() + 31) >> 5;
      case LANEMASK_EQ -> 1 << lane;
      case LANEMASK_LT -> (1 << lane) - 1;
      case LANEMASK_LE -> -1 >>> (31 - lane);
      case LANEMASK_GT -> ~(-1 >>> (31 - lane));
      case LANEMASK_GE -> -1 << lane;
      case TOTAL_SMEM_SIZE -> sharedBytes;
      case DYNAMIC_SMEM_SIZE -> dynamicSharedBytes;
    };
  }
}
