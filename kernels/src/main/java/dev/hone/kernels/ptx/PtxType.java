package dev.hone.kernels.ptx;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A fundamental type of PTX (PTX ISA, section 5.2). */
public enum PtxType {
  PRED(1, Kind.PREDICATE),
  B8(8, Kind.BITS),
  B16(16, Kind.BITS),
  B32(32, Kind.BITS),
  B64(64, Kind.BITS),
  U8(8, Kind.UNSIGNED),
  U16(16, Kind.UNSIGNED),
  U32(32, Kind.UNSIGNED),
  U64(64, Kind.UNSIGNED),
  S8(8, Kind.SIGNED),
  S16(16, Kind.SIGNED),
  S32(32, Kind.SIGNED),
  S64(64, Kind.SIGNED),
  F16(16, Kind.FLOAT),
  F32(32, Kind.FLOAT),
  F64(64, Kind.FLOAT);

  enum Kind {
    PREDICATE,
    BITS,
    UNSIGNED,
    SIGNED,
    FLOAT
  }

  private final int bits;
  private final Kind kind;

  PtxType(int bits, Kind kind) {
    this.bits = bits;
    this.kind = kind;
  }

  /** The type written {@code .name}, given without the dot; null where there is none. */
  static @Nullable PtxType named(String name) {
    for (PtxType t : values()) {
      if (t.text().equals(name)) {
        return t;
      }
    }
    return null;
  }

  /** Without the dot: {@code f32}. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "." + text();
  }

  int bits() {
    return bits;
  }

  /** Size in memory. */
  public int bytes() {
    return bits / 8;
  }

  Kind kind() {
    return kind;
  }

  boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  boolean isSigned() {
    return kind == Kind.SIGNED;
  }

  boolean isInteger() {
    return kind == Kind.BITS || kind == Kind.UNSIGNED || kind == Kind.SIGNED;
  }

  /** Twice as wide, of the same kind: what {@code mul.wide} gives. */
  PtxType wide() {
    return switch (this) {
      case S16 -> S32;
      case U16 -> U32;
      case S32 -> S64;
      case U32 -> U64;
      case PRED, B8, B16, B32, B64, U8, U64, S8, S64, F16, F32, F64 ->
          throw new IllegalStateException("no wide form of " + this);
    };
  }

  /** Where a register of this type is kept. */
  Bank bank() {
    if (kind == Kind.PREDICATE) {
      return Bank.PREDICATE;
    }
    if (this == F32) {
      return Bank.FLOAT;
    }
    if (this == F64) {
      return Bank.DOUBLE;
    }
    return bits == 64 ? Bank.LONG : Bank.INT;
  }

  /**
   * Whether an operand of this type may be a register declared as {@code register}: sizes agree,
   * and kinds do or one of them is untyped bits (PTX ISA, section 9.2).
   */
  boolean accepts(PtxType register) {
    if (bits != register.bits) {
      return false;
    }
    if (kind == Kind.PREDICATE || register.kind == Kind.PREDICATE) {
      return kind == register.kind;
    }
    return kind == Kind.BITS
        || register.kind == Kind.BITS
        || (isInteger() && register.isInteger())
        || this == register;
  }
}
