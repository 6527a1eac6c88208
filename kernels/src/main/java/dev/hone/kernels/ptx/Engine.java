package dev.hone.kernels.ptx;

/** How the emulator runs a kernel. */
public enum Engine {
  /** A warp at a time, with every check, counters and coverage. */
  INTERPRETER,
  /** Translated to bytecode and run a thread at a time: fast; bounds are its only check. */
  TRANSLATED
}
