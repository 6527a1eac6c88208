package dev.hone.kernels.ptx;

import java.util.List;
import java.util.Locale;

/** Lowers one {@code cvt}. */
final class ConversionLowering {
  private final MicroCode out;
  private final Instruction i;
  private final PtxType d;
  private final PtxType s;
  private final Cell into;

  ConversionLowering(MicroCode out, Instruction i) {
    this.out = out;
    this.i = i;
    this.d = i.type();
    this.s = i.second();
    this.into = out.cell(MicroCode.destination(i));
  }

  void lower() {
    int a = out.flushed(i, out.source(i, 1, s), s);
    if (d.isInteger()) {
      toRegister(s.isFloat() ? whole(a) : integer(a));
    } else if (s.isInteger()) {
      String from =
          (s == PtxType.U64 ? "FromU64" : "FromLong") + Lowering.capital(i.modifiers().getFirst());
      out.scalar(Lowering.signless(d).toLowerCase(Locale.ROOT) + from, into.index(), toLong(a));
    } else {
      real(a);
    }
  }

  /** As a long of the source's value. */
  private int toLong(int a) {
    boolean wide = out.cell(a).bank() == Bank.LONG;
    if (s.bits() == 64) {
      return a;
    }
    return out.value((wide ? "long" : "longFrom") + Lowering.signed(s), a);
  }

  private int integer(int a) {
    int value = toLong(a);
    if (i.has("sat")) {
      boolean unsigned = s == PtxType.U64;
      if (unsigned && d == PtxType.U64) {
        return value;
      }
      return out.value("sat" + Lowering.signed(d), unsigned ? out.value("clipU64", value) : value);
    }
    return d.bits() == 64 ? value : out.value("long" + Lowering.signed(d), value);
  }

  private int whole(int a) {
    int wide = s == PtxType.F32 ? out.value("widenF32", a) : a;
    int rounded = out.value("round" + Lowering.capital(rounding()), wide);
    boolean zero = s != PtxType.F64 && d.bits() < 64;
    long nan = zero ? 0 : 1L << (d.bits() - 1);
    int result = out.value("whole" + Lowering.signed(d), rounded, out.constant(Bank.LONG, nan));
    return d.bits() == 64 || zero ? result : out.value("long" + Lowering.signed(d), result);
  }

  private String rounding() {
    return i.modifiers().stream()
        .filter(m -> m.length() == 3 && m.startsWith("r") && m.endsWith("i"))
        .findFirst()
        .orElse("");
  }

  private void toRegister(int value) {
    String move =
        into.bank() == Bank.LONG ? "movI64" : into.bits() < 32 ? "low16FromLong" : "intFromLong";
    out.scalar(move, into.index(), value);
  }

  private void real(int a) {
    if (s == PtxType.F16) {
      out.scalar("f32FromF16", into.index(), a);
      return;
    }
    int value = a;
    if (!rounding().isEmpty()) {
      int wide = s == PtxType.F32 ? out.value("widenF32", a) : a;
      int rounded = out.value("round" + Lowering.capital(rounding()), wide);
      value = s == PtxType.F32 ? out.value("f32FromF64Rn", rounded) : rounded;
    }
    if (d == PtxType.F16) {
      out.scalar("f16FromF32", into.index(), value);
    } else if (s == d) {
      out.finish(i, "mov" + Lowering.signless(d), List.of(value));
    } else if (d == PtxType.F64) {
      out.scalar("widenF32", into.index(), value);
    } else {
      out.finish(i, "f32FromF64" + Lowering.capital(i.modifiers().getFirst()), List.of(value));
    }
  }
}
