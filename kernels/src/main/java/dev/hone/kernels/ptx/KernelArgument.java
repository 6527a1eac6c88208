package dev.hone.kernels.ptx;

/** What a launch passes for a parameter. */
public sealed interface KernelArgument {
  /** For {@code .u32}, {@code .s32} and {@code .b32}. */
  record Int(int value) implements KernelArgument {}

  /** For {@code .u64}, {@code .s64} and {@code .b64} that are no addresses. */
  record Long(long value) implements KernelArgument {}

  /** For {@code .f32}. */
  record Float(float value) implements KernelArgument {}

  /** For {@code .f64}. */
  record Double(double value) implements KernelArgument {}

  /** Of device memory, for 64-bit parameters. */
  record Address(long value) implements KernelArgument {}

  /** What {@code value} stands for: an Integer, Long, Float or Double; a Long may be an address. */
  static KernelArgument of(PtxParameter parameter, Object value) {
    return switch (value) {
      case KernelArgument a -> a;
      case Integer i -> new Int(i);
      case java.lang.Long l when parameter.pointer() -> new Address(l);
      case java.lang.Long l -> new Long(l);
      case java.lang.Float f -> new Float(f);
      case java.lang.Double d -> new Double(d);
      default ->
          throw new IllegalArgumentException(
              "launch: parameter %s takes an Integer, Long, Float, Double or KernelArgument, not a %s"
                  .formatted(parameter.name(), value.getClass().getName()));
    };
  }

  /** Whether this may be passed for {@code parameter}. */
  default boolean fits(PtxParameter parameter) {
    PtxType type = parameter.type();
    return switch (this) {
      case Int i -> type.isInteger() && type.bytes() == 4;
      case Long l -> type.isInteger() && type.bytes() == 8 && !parameter.pointer();
      case Float f -> type == PtxType.F32;
      case Double d -> type == PtxType.F64;
      case Address a -> type.isInteger() && type.bytes() == 8;
    };
  }

  /** As the parameter block holds it. */
  default long bits() {
    return switch (this) {
      case Int i -> Integer.toUnsignedLong(i.value());
      case Long l -> l.value();
      case Float f -> Integer.toUnsignedLong(java.lang.Float.floatToRawIntBits(f.value()));
      case Double d -> java.lang.Double.doubleToRawLongBits(d.value());
      case Address a -> a.value();
    };
  }
}
