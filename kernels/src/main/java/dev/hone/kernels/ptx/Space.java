package dev.hone.kernels.ptx;

import java.util.Locale;

/** A state space (PTX ISA, section 5.1). */
enum Space {
  GLOBAL,
  SHARED,
  CONST,
  PARAM;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
