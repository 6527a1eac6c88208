package dev.hone.kernels.ptx;

/** What a constant means for the type it is used as. */
final class Literal {
  private Literal() {}

  /** The bits that a register of {@code type} holds; an error where the constant does not fit. */
  static long bits(Source source, PtxType type, Operand constant) {
    if (constant instanceof Operand.Whole w) {
      if (type.isFloat()) {
        throw source.error(
            w.at(), "%s needs a floating-point constant: %d.0 or 0f...".formatted(type, w.value()));
      }
      return whole(source, type, w);
    }
    if (constant instanceof Operand.Real r) {
      return real(source, type, r);
    }
    throw source.error(constant.at(), "expected a constant");
  }

  private static long whole(Source source, PtxType type, Operand.Whole w) {
    if (type == PtxType.PRED) {
      throw source.error(w.at(), "a predicate cannot be a constant; use setp");
    }
    long value = w.value();
    if (type.bits() < 64) {
      long least = -(1L << (type.bits() - 1));
      long most = (1L << type.bits()) - 1;
      if (value < least || value > most) {
        throw source.error(w.at(), "%d does not fit %s".formatted(value, type));
      }
      return value & most;
    }
    return value;
  }

  private static long real(Source source, PtxType type, Operand.Real r) {
    boolean bits = type.kind() == PtxType.Kind.BITS && r.exactBits() == type.bits();
    if (bits || (type.isFloat() && r.exactBits() == type.bits())) {
      return r.bits();
    }
    if (type == PtxType.F32) {
      return Float.floatToRawIntBits((float) r.value()) & 0xFFFFFFFFL;
    }
    if (type == PtxType.F64) {
      return Double.doubleToRawLongBits(r.value());
    }
    throw source.error(
        r.at(), "%s needs an integer, found a floating-point constant".formatted(type));
  }
}
