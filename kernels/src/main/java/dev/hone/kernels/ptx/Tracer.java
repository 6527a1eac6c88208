package dev.hone.kernels.ptx;

/** Watches the interpreter, step by step. */
interface Tracer {
  /** Watches nothing. */
  Tracer NONE = new Tracer() {};

  /** Lanes {@code on} are about to run {@code s}. */
  default void before(Warp w, Step s, int on) {}

  /** The same after it; {@code addresses} are those of the last memory access. */
  default void after(Warp w, Step s, int on, int block, long[] addresses) {}
}
