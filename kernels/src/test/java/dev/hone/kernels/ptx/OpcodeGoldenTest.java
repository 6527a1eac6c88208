package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each opcode against arithmetic written down a second time, in big numbers and bit by bit, over
 * all pairs of awkward values, on both engines.
 */
class OpcodeGoldenTest {
  private static final long[] AWKWARD = {
    0,
    1,
    2,
    3,
    5,
    7,
    8,
    15,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    65,
    127,
    128,
    255,
    256,
    1000,
    32767,
    32768,
    65535,
    65536,
    0x01020304,
    0xDEADBEEFL,
    0x7FFFFFFF,
    0x80000000L,
    0xFFFFFFFFL,
    0x100000000L,
    0x123456789ABCDEFL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    -5,
    -32769,
    0xFEDCBA9876543210L
  };

  private static final double[] AWKWARD_REALS = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3,
    0.1,
    -0.3,
    1e-3,
    7.25,
    100,
    255.5,
    -128.5,
    32767.5,
    65535.5,
    65536,
    16777217,
    2147483647,
    -2147483648.0,
    2147483648.0,
    4294967295.0,
    4294967296.0,
    9.2233720368547758e18,
    -9.2233720368547758e18,
    1.8446744073709552e19,
    1e20,
    -1e20,
    1e-30,
    1e30,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    5e-39,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Math.PI,
    126.5,
    -126,
    3.0000002
  };

  private static int checked;

  @AfterAll
  static void somethingWasCompared() {
    assertTrue(checked > 10_000, "only " + checked + " values were compared");
  }

  /** What an instruction gives, from the bits of its operands. */
  interface Expected {
    long bits(long a, long b, long c);
  }

  private static BigInteger value(PtxType type, long bits) {
    BigInteger unsigned = unsigned(bits, type.bits());
    boolean negative = type.isSigned() && unsigned.testBit(type.bits() - 1);
    return negative ? unsigned.subtract(BigInteger.ONE.shiftLeft(type.bits())) : unsigned;
  }

  private static BigInteger unsigned(long bits, int width) {
    BigInteger mask = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    return BigInteger.valueOf(bits).and(mask);
  }

  private static long bits(PtxType type, BigInteger value) {
    return unsigned(value.longValue(), type.bits()).longValue();
  }

  private static PtxType type(String name) {
    return PtxType.valueOf(name.toUpperCase(java.util.Locale.ROOT));
  }

  private static List<Long> samples(PtxType type) {
    var samples = new ArrayList<Long>();
    if (type == PtxType.F32) {
      for (double d : AWKWARD_REALS) {
        samples.add(Float.floatToRawIntBits((float) d) & 0xFFFFFFFFL);
      }
    } else if (type == PtxType.F64) {
      for (double d : AWKWARD_REALS) {
        samples.add(Double.doubleToRawLongBits(d));
      }
    } else if (type == PtxType.PRED) {
      samples.addAll(List.of(0L, 1L));
    } else {
      for (long a : AWKWARD) {
        long bits = unsigned(a, type.bits()).longValue();
        if (!samples.contains(bits)) {
          samples.add(bits);
        }
      }
    }
    return samples;
  }

  private static String register(PtxType type, int n) {
    return switch (type) {
      case F32 -> "%f" + n;
      case F64 -> "%fd" + n;
      case PRED -> "%p" + n;
      case B64, S64, U64 -> "%rd" + (10 + n);
      case B16, S16, U16, F16, B8, S8, U8 -> "%h" + n;
      case B32, S32, U32 -> "%r" + (10 + n);
    };
  }

  /** Runs {@code instruction}, with D, A, B, C for its registers, on all pairs of samples. */
  private static void check(
      String instruction, PtxType d, PtxType a, PtxType b, PtxType c, Expected expected) {
    var rows = new ArrayList<long[]>();
    int turn = 0;
    List<Long> third = samples(c);
    List<Long> second = samples(b);
    // Of a large product every third pair, another third for each first operand.
    int step = !instruction.contains("B") ? second.size() : second.size() > 8 ? 3 : 1;
    int start = 0;
    for (long x : samples(a)) {
      for (int n = start++ % step; n < second.size(); n += step) {
        rows.add(new long[] {x, second.get(n), third.get(turn++ % third.size())});
      }
    }
    check(instruction, d, a, b, c, expected, rows, EmulatorOptions.checked().withCounters(false));
    check(instruction, d, a, b, c, expected, rows, EmulatorOptions.fast());
  }

  private static void check(
      String instruction,
      PtxType d,
      PtxType a,
      PtxType b,
      PtxType c,
      Expected expected,
      List<long[]> rows,
      EmulatorOptions options) {
    long[] in = new long[rows.size() * 4];
    boolean divides = instruction.startsWith("div") || instruction.startsWith("rem");
    for (int i = 0; i < rows.size(); i++) {
      long[] row = rows.get(i);
      if (divides && !b.isFloat() && row[1] == 0) {
        row[1] = 1;
      }
      System.arraycopy(row, 0, in, 4 * i, 3);
    }
    var emulator = new PtxEmulator(options);
    long address = emulator.allocate(8L * in.length);
    emulator.copyIn(address, MemorySegment.ofArray(in));
    PtxEntry entry = kernel(instruction, d, a, b, c);
    emulator.launch(entry, Grid.covering(rows.size(), 128), 0, address, rows.size());
    emulator.copyOut(address, MemorySegment.ofArray(in));
    for (int i = 0; i < rows.size(); i++) {
      long[] row = rows.get(i);
      long want = expected.bits(row[0], row[1], row[2]);
      long got = in[4 * i + 3];
      assertEquals(
          canonical(d, want),
          canonical(d, got),
          () ->
              "%s of %x, %x, %x: expected %x, got %x on %s"
                  .formatted(instruction, row[0], row[1], row[2], want, got, options.engine()));
      checked++;
    }
  }

  private static long canonical(PtxType type, long bits) {
    if (type == PtxType.F32 && Float.isNaN(Float.intBitsToFloat((int) bits))) {
      return 0x7FC00000;
    }
    if (type == PtxType.F64 && Double.isNaN(Double.longBitsToDouble(bits))) {
      return 0x7FF8000000000000L;
    }
    return bits;
  }

  private static PtxEntry kernel(String instruction, PtxType d, PtxType a, PtxType b, PtxType c) {
    String text =
        instruction
            .replace("D", register(d, 1))
            .replace("A", register(a, 2))
            .replace("B", register(b, 3))
            .replace("C", register(c, 4));
    return Kernels.entry(
        ".param .u64 p, .param .u32 n",
        """
        ld.param.u64 %rd0, [p];
        ld.param.u32 %r3, [n];
        setp.ge.u32 %p0, %r1, %r3;
        @%p0 ret;
        mul.wide.u32 %rd1, %r1, 32;
        add.s64 %rd1, %rd0, %rd1;
        """
            + load(a, 2, 0)
            + load(b, 3, 8)
            + load(c, 4, 16)
            + text
            + ";\n"
            + "mov.u64 %rd2, 0;\nst.global.u64 [%rd1+24], %rd2;\n"
            + (d == PtxType.PRED
                ? "selp.u32 %r4, 1, 0, %p1;\nst.global.u32 [%rd1+24], %r4;\n"
                : "st.global.b%d [%%rd1+24], %s;%n".formatted(d.bits(), register(d, 1)))
            + "ret;");
  }

  private static String load(PtxType type, int n, int offset) {
    if (type == PtxType.PRED) {
      return "ld.global.u32 %%r%d, [%%rd1+%d];%nsetp.ne.u32 %%p%d, %%r%d, 0;%n"
          .formatted(20 + n, offset, n, 20 + n);
    }
    return "ld.global.b%d %s, [%%rd1+%d];%n".formatted(type.bits(), register(type, n), offset);
  }

  private static void integers(
      String instruction, PtxType t, PtxType d, BinaryOperator<BigInteger> f) {
    check(instruction, d, t, t, t, (a, b, c) -> bits(d, f.apply(value(t, a), value(t, b))));
  }

  // ---- Integers --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"s16", "u16", "s32", "u32", "s64", "u64"})
  void integerArithmetic(String name) {
    PtxType t = type(name);
    int n = t.bits();
    integers("add." + name + " D, A, B", t, t, BigInteger::add);
    integers("sub." + name + " D, A, B", t, t, BigInteger::subtract);
    integers("mul.lo." + name + " D, A, B", t, t, BigInteger::multiply);
    integers("mul.hi." + name + " D, A, B", t, t, (a, b) -> a.multiply(b).shiftRight(n));
    integers("div." + name + " D, A, B", t, t, BigInteger::divide);
    integers("rem." + name + " D, A, B", t, t, BigInteger::remainder);
    integers("min." + name + " D, A, B", t, t, BigInteger::min);
    integers("max." + name + " D, A, B", t, t, BigInteger::max);
    check(
        "mad.lo." + name + " D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> bits(t, value(t, a).multiply(value(t, b)).add(value(t, c))));
    check(
        "mad.hi." + name + " D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> bits(t, value(t, a).multiply(value(t, b)).shiftRight(n).add(value(t, c))));
    check(
        "sad." + name + " D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> bits(t, value(t, a).subtract(value(t, b)).abs().add(value(t, c))));
    if (n < 64) {
      PtxType w = t.wide();
      integers("mul.wide." + name + " D, A, B", t, w, BigInteger::multiply);
      check(
          "mad.wide." + name + " D, A, B, C",
          w,
          t,
          t,
          w,
          (a, b, c) -> bits(w, value(t, a).multiply(value(t, b)).add(value(w, c))));
    }
    if (t.isSigned()) {
      integers("neg." + name + " D, A", t, t, (a, b) -> a.negate());
      integers("abs." + name + " D, A", t, t, (a, b) -> a.abs());
    }
    BigInteger ends = BigInteger.valueOf(n - 1);
    check(
        "shr." + name + " D, A, B",
        t,
        t,
        PtxType.U32,
        t,
        (a, b, c) -> {
          BigInteger by = value(PtxType.U32, b);
          boolean out = by.compareTo(ends) > 0;
          return bits(
              t,
              out && !t.isSigned()
                  ? BigInteger.ZERO
                  : value(t, a).shiftRight(out ? n - 1 : by.intValue()));
        });
  }

  @Test
  void saturatingAddition() {
    BigInteger least = BigInteger.valueOf(Integer.MIN_VALUE);
    BigInteger most = BigInteger.valueOf(Integer.MAX_VALUE);
    integers(
        "add.sat.s32 D, A, B", PtxType.S32, PtxType.S32, (a, b) -> a.add(b).max(least).min(most));
    integers(
        "sub.sat.s32 D, A, B",
        PtxType.S32,
        PtxType.S32,
        (a, b) -> a.subtract(b).max(least).min(most));
  }

  @ParameterizedTest
  @ValueSource(strings = {"b16", "b32", "b64"})
  void logic(String name) {
    PtxType t = type(name);
    int n = t.bits();
    integers("and." + name + " D, A, B", t, t, BigInteger::and);
    integers("or." + name + " D, A, B", t, t, BigInteger::or);
    integers("xor." + name + " D, A, B", t, t, BigInteger::xor);
    integers("not." + name + " D, A", t, t, (a, b) -> a.not());
    integers(
        "cnot." + name + " D, A",
        t,
        t,
        (a, b) -> a.signum() == 0 ? BigInteger.ONE : BigInteger.ZERO);
    integers("mov." + name + " D, A", t, t, (a, b) -> a);
    check(
        "shl." + name + " D, A, B",
        t,
        t,
        PtxType.U32,
        t,
        (a, b, c) -> (b >= n) ? 0 : bits(t, value(t, a).shiftLeft((int) b)));
    check("selp." + name + " D, A, B, C", t, t, t, PtxType.PRED, (a, b, c) -> c != 0 ? a : b);
    check(
        "slct." + name + ".s32 D, A, B, C",
        t,
        t,
        t,
        PtxType.S32,
        (a, b, c) -> (int) c >= 0 ? a : b);
    check(
        "slct." + name + ".f32 D, A, B, C",
        t,
        t,
        t,
        PtxType.F32,
        (a, b, c) -> Float.intBitsToFloat((int) c) >= 0 ? a : b);
  }

  @Test
  void predicates() {
    PtxType p = PtxType.PRED;
    check("and.pred D, A, B", p, p, p, p, (a, b, c) -> a & b);
    check("or.pred D, A, !B", p, p, p, p, (a, b, c) -> a | (1 - b));
    check("xor.pred D, A, B", p, p, p, p, (a, b, c) -> a ^ b);
    check("not.pred D, A", p, p, p, p, (a, b, c) -> 1 - a);
    check("mov.pred D, A", p, p, p, p, (a, b, c) -> a);
  }

  @ParameterizedTest
  @ValueSource(strings = {"u32", "s32", "u64", "s64"})
  void bitFields(String name) {
    PtxType t = type(name);
    int n = t.bits();
    PtxType u = PtxType.U32;
    check(
        "bfe." + name + " D, A, B, C",
        t,
        t,
        u,
        u,
        (a, b, c) -> {
          // As the PTX ISA puts it: bit by bit, the rest is filled with the sign.
          int pos = (int) b & 255;
          int len = (int) c & 255;
          BigInteger x = unsigned(a, n);
          boolean sign = t.isSigned() && len != 0 && x.testBit(Math.min(pos + len - 1, n - 1));
          BigInteger d = BigInteger.ZERO;
          for (int i = 0; i < n; i++) {
            boolean bit = i < len && pos + i < n ? x.testBit(pos + i) : sign;
            d = bit ? d.setBit(i) : d;
          }
          return bits(t, d);
        });
    if (!t.isSigned()) {
      check(
          "bfi.b" + n + " D, A, B, C, 7",
          t,
          t,
          t,
          u,
          (a, b, c) -> {
            int pos = (int) c & 255;
            BigInteger d = unsigned(b, n);
            for (int i = 0; i < 7 && pos + i < n; i++) {
              boolean bit = unsigned(a, n).testBit(i);
              d = bit ? d.setBit(pos + i) : d.clearBit(pos + i);
            }
            return bits(t, d);
          });
      check("popc.b" + n + " D, A", u, t, t, t, (a, b, c) -> unsigned(a, n).bitCount());
      check("clz.b" + n + " D, A", u, t, t, t, (a, b, c) -> n - unsigned(a, n).bitLength());
      check(
          "brev.b" + n + " D, A",
          t,
          t,
          t,
          t,
          (a, b, c) -> {
            BigInteger d = BigInteger.ZERO;
            for (int i = 0; i < n; i++) {
              d = unsigned(a, n).testBit(i) ? d.setBit(n - 1 - i) : d;
            }
            return bits(t, d);
          });
    }
    check(
        "bfind." + name + " D, A",
        u,
        t,
        t,
        t,
        (a, b, c) -> (value(t, a).bitLength() - 1) & 0xFFFFFFFFL);
    check(
        "bfind.shiftamt." + name + " D, A",
        u,
        t,
        t,
        t,
        (a, b, c) -> {
          int high = value(t, a).bitLength() - 1;
          return (high < 0 ? -1 : n - 1 - high) & 0xFFFFFFFFL;
        });
  }

  @Test
  void wordsOfBits() {
    PtxType t = PtxType.B32;
    check(
        "shf.l.wrap.b32 D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> ((b << (c & 31)) | ((c & 31) == 0 ? 0 : a >>> (32 - (c & 31)))) & 0xFFFFFFFFL);
    check(
        "shf.l.clamp.b32 D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> {
          long s = Math.min(c, 32);
          return ((s == 32 ? 0 : b << s) | (s == 0 ? 0 : a >>> (32 - s))) & 0xFFFFFFFFL;
        });
    check(
        "shf.r.wrap.b32 D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> ((a >>> (c & 31)) | ((c & 31) == 0 ? 0 : b << (32 - (c & 31)))) & 0xFFFFFFFFL);
    check(
        "shf.r.clamp.b32 D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> {
          long s = Math.min(c, 32);
          return ((s == 32 ? 0 : a >>> s) | (s == 0 ? 0 : b << (32 - s))) & 0xFFFFFFFFL;
        });
    check(
        "prmt.b32 D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> {
          long d = 0;
          for (int i = 0; i < 4; i++) {
            int pick = (int) (c >> 4 * i) & 15;
            long source = (pick & 7) < 4 ? a : b;
            long value = source >> 8 * (pick & 3) & 255;
            if (pick >= 8) {
              value = value >= 128 ? 255 : 0;
            }
            d |= value << 8 * i;
          }
          return d;
        });
    // The manual's examples of tables: 0xF0, 0xCC and 0xAA stand for a, b and c.
    check("lop3.b32 D, A, B, C, 0x80", t, t, t, t, (a, b, c) -> a & b & c);
    check("lop3.b32 D, A, B, C, 0xFE", t, t, t, t, (a, b, c) -> a | b | c);
    check("lop3.b32 D, A, B, C, 0x40", t, t, t, t, (a, b, c) -> a & b & ~c);
    check("lop3.b32 D, A, B, C, 0x96", t, t, t, t, (a, b, c) -> a ^ b ^ c);
    check("lop3.b32 D, A, B, C, 0xE8", t, t, t, t, (a, b, c) -> a & b | a & c | b & c);
    check("mov.b64 D, {A, B}", PtxType.B64, t, t, t, (a, b, c) -> a | b << 32);
    check("mov.b64 {D, %r29}, A", t, PtxType.B64, t, t, (a, b, c) -> a & 0xFFFFFFFFL);
    check("mov.b64 {%r29, D}, A", t, PtxType.B64, t, t, (a, b, c) -> a >>> 32);
    check("mov.b32 {%h9, D}, A", PtxType.B16, t, t, t, (a, b, c) -> a >>> 16);
    check("mov.b32 D, {A, B}", t, PtxType.B16, PtxType.B16, t, (a, b, c) -> a | b << 16);
    check(
        "mov.b64 {%h9, %h8, D, %h7}, A",
        PtxType.B16, PtxType.B64, t, t, (a, b, c) -> a >>> 32 & 0xFFFF);
    check(
        "mov.b64 D, {A, B, A, B}",
        PtxType.B64,
        PtxType.B16,
        PtxType.B16,
        t,
        (a, b, c) -> a | b << 16 | a << 32 | b << 48);
  }

  // ---- Comparisons -----------------------------------------------------------------------------

  private static boolean holds(String cmp, int order) {
    return switch (cmp) {
      case "eq" -> order == 0;
      case "ne" -> order != 0;
      case "lt", "lo" -> order < 0;
      case "le", "ls" -> order <= 0;
      case "gt", "hi" -> order > 0;
      default -> order >= 0;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"b16", "s16", "u16", "b32", "s32", "u32", "b64", "s64", "u64"})
  void integerComparisons(String name) {
    PtxType t = type(name);
    var all = new ArrayList<>(List.of("eq", "ne"));
    if (!name.startsWith("b")) {
      all.addAll(List.of("lt", "le", "gt", "ge"));
    }
    if (name.startsWith("u")) {
      all.addAll(List.of("lo", "ls", "hi", "hs"));
    }
    PtxType p = PtxType.PRED;
    for (String cmp : all) {
      Expected plain = (a, b, c) -> holds(cmp, value(t, a).compareTo(value(t, b))) ? 1 : 0;
      check("setp." + cmp + "." + name + " D, A, B", p, t, t, p, plain);
      check(
          "setp." + cmp + "." + name + " %p9|D, A, B",
          p,
          t,
          t,
          p,
          (a, b, c) -> 1 - plain.bits(a, b, c));
      check(
          "setp." + cmp + ".and." + name + " D, A, B, C",
          p,
          t,
          t,
          p,
          (a, b, c) -> plain.bits(a, b, c) & c);
      check(
          "setp." + cmp + ".xor." + name + " D|%p9, A, B, !C",
          p,
          t,
          t,
          p,
          (a, b, c) -> plain.bits(a, b, c) ^ (1 - c));
      check(
          "setp." + cmp + ".or." + name + " _|D, A, B, C",
          p,
          t,
          t,
          p,
          (a, b, c) -> (1 - plain.bits(a, b, c)) | c);
      check(
          "set." + cmp + ".u32." + name + " D, A, B",
          PtxType.U32,
          t,
          t,
          p,
          (a, b, c) -> plain.bits(a, b, c) * 0xFFFFFFFFL);
      check(
          "set." + cmp + ".f32." + name + " D, A, B",
          PtxType.F32,
          t,
          t,
          p,
          (a, b, c) -> plain.bits(a, b, c) * 0x3F800000L);
    }
  }

  private static double real(PtxType t, long bits) {
    return t == PtxType.F32 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
  }

  private static long bits(PtxType t, double value) {
    return t == PtxType.F32
        ? Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL
        : Double.doubleToRawLongBits(value);
  }

  @ParameterizedTest
  @EnumSource(
      value = PtxType.class,
      names = {"F32", "F64"})
  void realComparisons(PtxType t) {
    PtxType p = PtxType.PRED;
    for (String cmp : List.of("eq", "ne", "lt", "le", "gt", "ge")) {
      for (boolean unordered : new boolean[] {false, true}) {
        check(
            "setp." + cmp + (unordered ? "u" : "") + t + " D, A, B",
            p,
            t,
            t,
            p,
            (a, b, c) -> {
              double x = real(t, a);
              double y = real(t, b);
              boolean nan = Double.isNaN(x) || Double.isNaN(y);
              // Double.compare tells the zeros apart, comparisons do not.
              int order = x == y ? 0 : Double.compare(x, y);
              return nan ? (unordered ? 1 : 0) : holds(cmp, order) ? 1 : 0;
            });
      }
    }
    check(
        "setp.num" + t + " D, A, B",
        p,
        t,
        t,
        p,
        (a, b, c) -> Double.isNaN(real(t, a) + 0 * real(t, b)) && isNan(t, a, b) ? 0 : 1);
    check("setp.nan" + t + " D, A, B", p, t, t, p, (a, b, c) -> isNan(t, a, b) ? 1 : 0);
    check(
        "testp.finite" + t + " D, A", p, t, p, p, (a, b, c) -> Double.isFinite(real(t, a)) ? 1 : 0);
    check(
        "testp.infinite" + t + " D, A",
        p,
        t,
        p,
        p,
        (a, b, c) -> Double.isInfinite(real(t, a)) ? 1 : 0);
    check("testp.number" + t + " D, A", p, t, p, p, (a, b, c) -> Double.isNaN(real(t, a)) ? 0 : 1);
    check(
        "testp.notanumber" + t + " D, A",
        p,
        t,
        p,
        p,
        (a, b, c) -> Double.isNaN(real(t, a)) ? 1 : 0);
    int exponentBits = t == PtxType.F32 ? 8 : 11;
    int fractionBits = t == PtxType.F32 ? 23 : 52;
    long most = (1L << exponentBits) - 1;
    check(
        "testp.normal" + t + " D, A",
        p,
        t,
        p,
        p,
        (a, b, c) ->
            (a >>> fractionBits & most) != 0 && (a >>> fractionBits & most) != most ? 1 : 0);
    check(
        "testp.subnormal" + t + " D, A",
        p,
        t,
        p,
        p,
        (a, b, c) ->
            (a >>> fractionBits & most) == 0 && (a & (1L << fractionBits) - 1) != 0 ? 1 : 0);
  }

  private static boolean isNan(PtxType t, long a, long b) {
    return Double.isNaN(real(t, a)) || Double.isNaN(real(t, b));
  }

  // ---- Floating point --------------------------------------------------------------------------

  private static void reals(String instruction, PtxType t, DoubleBinaryOperator f) {
    check(instruction, t, t, t, t, (a, b, c) -> bits(t, f.applyAsDouble(real(t, a), real(t, b))));
  }

  /** Computes in decimals where both are finite, so that the result is rounded once. */
  private static Expected exact(
      PtxType t, BinaryOperator<BigDecimal> f, DoubleBinaryOperator special) {
    return (a, b, c) -> {
      double x = real(t, a);
      double y = real(t, b);
      double approximate = special.applyAsDouble(x, y);
      if (!Double.isFinite(x)
          || !Double.isFinite(y)
          || approximate == 0
          || Double.isNaN(approximate)
          || Double.isInfinite(approximate) && y == 0) {
        return bits(t, approximate);
      }
      BigDecimal d = f.apply(new BigDecimal(x), new BigDecimal(y));
      return t == PtxType.F32
          ? Float.floatToRawIntBits(d.floatValue()) & 0xFFFFFFFFL
          : Double.doubleToRawLongBits(d.doubleValue());
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = PtxType.class,
      names = {"F32", "F64"})
  void arithmetic(PtxType t) {
    var digits = new MathContext(900);
    check("add.rn" + t + " D, A, B", t, t, t, t, exact(t, BigDecimal::add, Double::sum));
    check("sub.rn" + t + " D, A, B", t, t, t, t, exact(t, BigDecimal::subtract, (x, y) -> x - y));
    check("mul.rn" + t + " D, A, B", t, t, t, t, exact(t, BigDecimal::multiply, (x, y) -> x * y));
    check(
        "div.rn" + t + " D, A, B",
        t,
        t,
        t,
        t,
        exact(t, (x, y) -> x.divide(y, digits), (x, y) -> x / y));
    check(
        "rcp.rn" + t + " D, B",
        t,
        t,
        t,
        t,
        exact(t, (x, y) -> BigDecimal.ONE.divide(y, digits), (x, y) -> 1 / y));
    check(
        "sqrt.rn" + t + " D, B",
        t,
        t,
        t,
        t,
        (a, b, c) ->
            exact(t, (x, y) -> y.sqrt(digits), (x, y) -> Math.sqrt(y)).bits(bits(t, 1.0), b, c));
    check(
        "fma.rn" + t + " D, A, B, C",
        t,
        t,
        t,
        t,
        (a, b, c) -> {
          double x = real(t, a);
          double y = real(t, b);
          double z = real(t, c);
          boolean finite = Double.isFinite(x) && Double.isFinite(y) && Double.isFinite(z);
          BigDecimal sum =
              finite
                  ? new BigDecimal(x).multiply(new BigDecimal(y)).add(new BigDecimal(z))
                  : BigDecimal.ZERO;
          if (sum.signum() == 0) {
            return bits(t, x * y + z); // an exact zero's sign, or what is not finite
          }
          return t == PtxType.F32
              ? Float.floatToRawIntBits(sum.floatValue()) & 0xFFFFFFFFL
              : Double.doubleToRawLongBits(sum.doubleValue());
        });
    reals(
        "min" + t + " D, A, B",
        t,
        (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y));
    reals(
        "max" + t + " D, A, B",
        t,
        (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y));
    long sign = 1L << (t.bits() - 1);
    long all = t.bits() == 64 ? -1 : 0xFFFFFFFFL;
    check("abs" + t + " D, A", t, t, t, t, (a, b, c) -> a & ~sign & all);
    check("neg" + t + " D, A", t, t, t, t, (a, b, c) -> (a ^ sign) & all);
    check("copysign" + t + " D, A, B", t, t, t, t, (a, b, c) -> (a & sign | b & ~sign) & all);
    check("mov" + t + " D, A", t, t, t, t, (a, b, c) -> a);
    check("selp" + t + " D, A, B, C", t, t, t, PtxType.PRED, (a, b, c) -> c != 0 ? a : b);
  }

  private static double flush(double x) {
    return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0, x) : x;
  }

  @Test
  void flushingAndSaturation() {
    PtxType t = PtxType.F32;
    reals("add.ftz.f32 D, A, B", t, (x, y) -> flush((float) (flush(x) + flush(y))));
    reals("mul.ftz.f32 D, A, B", t, (x, y) -> flush((float) (flush(x) * flush(y))));
    reals("abs.ftz.f32 D, A", t, (x, y) -> Math.abs(flush(x)));
    DoubleUnaryOperator saturate = x -> Double.isNaN(x) || x <= 0 ? 0 : Math.min(x, 1);
    reals("add.sat.f32 D, A, B", t, (x, y) -> saturate.applyAsDouble((float) (x + y)));
    reals(
        "mul.rn.ftz.sat.f32 D, A, B",
        t,
        (x, y) -> saturate.applyAsDouble(flush((float) (flush(x) * flush(y)))));
    reals("cvt.sat.f32.f32 D, A", t, (x, y) -> saturate.applyAsDouble(x));
    check(
        "setp.eq.ftz.f32 D, A, B",
        PtxType.PRED,
        t,
        t,
        t,
        (a, b, c) -> flush(real(t, a)) == flush(real(t, b)) ? 1 : 0);
  }

  // ---- Conversions -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"})
  void conversionsBetweenIntegers(String to) {
    PtxType d = type(to);
    for (String from : List.of("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64")) {
      PtxType s = type(from);
      // A register holds at least 16 bits; what it holds above the type is not looked at.
      PtxType sr = s.bits() == 8 ? PtxType.B16 : s;
      PtxType dr = d.bits() == 8 ? PtxType.B16 : d;
      check(
          "cvt." + to + "." + from + " D, A",
          dr,
          sr,
          s,
          s,
          (a, b, c) -> bits(dr, value(d, value(s, a).longValue())));
      BigInteger most =
          BigInteger.ONE.shiftLeft(d.bits() - (d.isSigned() ? 1 : 0)).subtract(BigInteger.ONE);
      BigInteger least = d.isSigned() ? most.not() : BigInteger.ZERO;
      if (!Verifier.neverSaturates(d, s)) {
        check(
            "cvt.sat." + to + "." + from + " D, A",
            dr,
            sr,
            s,
            s,
            (a, b, c) -> bits(dr, value(s, a).max(least).min(most)));
      }
      if (d.bits() < 32) {
        check(
            "cvt." + to + "." + from + " D, A",
            PtxType.B64,
            sr,
            s,
            s,
            (a, b, c) -> value(d, value(s, a).longValue()).longValue());
      }
    }
  }

  private static double nearest(PtxType t, BigDecimal x, String mode) {
    double f = t == PtxType.F32 ? x.floatValue() : x.doubleValue();
    int order = new BigDecimal(f).compareTo(x);
    boolean down = mode.equals("rm") || mode.equals("rz") && x.signum() > 0;
    boolean up = mode.equals("rp") || mode.equals("rz") && x.signum() < 0;
    if (order > 0 && down) {
      return t == PtxType.F32 ? Math.nextDown((float) f) : Math.nextDown(f);
    }
    if (order < 0 && up) {
      return t == PtxType.F32 ? Math.nextUp((float) f) : Math.nextUp(f);
    }
    return f;
  }

  @ParameterizedTest
  @ValueSource(strings = {"s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"})
  void conversionsBetweenIntegersAndReals(String name) {
    PtxType i = type(name);
    PtxType register = i.bits() == 8 ? PtxType.B16 : i;
    for (PtxType t : List.of(PtxType.F32, PtxType.F64)) {
      for (String mode : List.of("rn", "rz", "rm", "rp")) {
        check(
            "cvt." + mode + t + "." + name + " D, A",
            t,
            register,
            i,
            i,
            (a, b, c) -> bits(t, nearest(t, new BigDecimal(value(i, a)), mode)));
      }
      check(
          "cvt.rni." + name + t + " D, A",
          register,
          t,
          t,
          t,
          whole(t, i, register, RoundingMode.HALF_EVEN));
      check(
          "cvt.rzi." + name + t + " D, A",
          register,
          t,
          t,
          t,
          whole(t, i, register, RoundingMode.DOWN));
      check(
          "cvt.rmi." + name + t + " D, A",
          register,
          t,
          t,
          t,
          whole(t, i, register, RoundingMode.FLOOR));
      check(
          "cvt.rpi." + name + t + " D, A",
          register,
          t,
          t,
          t,
          whole(t, i, register, RoundingMode.CEILING));
    }
  }

  private static Expected whole(PtxType t, PtxType i, PtxType register, RoundingMode mode) {
    BigInteger most =
        BigInteger.ONE.shiftLeft(i.bits() - (i.isSigned() ? 1 : 0)).subtract(BigInteger.ONE);
    BigInteger least = i.isSigned() ? most.not() : BigInteger.ZERO;
    return (a, b, c) -> {
      double x = real(t, a);
      if (Double.isNaN(x)) {
        boolean zero = t == PtxType.F32 && i.bits() < 64;
        return zero ? 0 : bits(register, value(i, 1L << (i.bits() - 1)));
      }
      if (Double.isInfinite(x)) {
        return bits(register, x > 0 ? most : least);
      }
      BigInteger rounded = new BigDecimal(x).setScale(0, mode).toBigInteger();
      return bits(register, rounded.max(least).min(most));
    };
  }

  @Test
  void conversionsBetweenReals() {
    PtxType f = PtxType.F32;
    PtxType d = PtxType.F64;
    check("cvt.f64.f32 D, A", d, f, f, f, (a, b, c) -> bits(d, real(f, a)));
    for (String mode : List.of("rn", "rz", "rm", "rp")) {
      check(
          "cvt." + mode + ".f32.f64 D, A",
          f,
          d,
          d,
          d,
          (a, b, c) -> {
            double x = real(d, a);
            if (!Double.isFinite(x) || x == 0) {
              return bits(f, x);
            }
            double near = nearest(f, new BigDecimal(x), mode);
            return bits(f, near == 0 ? Math.copySign(0, x) : near);
          });
    }
    UnaryOperator<String> same = mode -> "cvt." + mode + ".f32.f32 D, A";
    reals(same.apply("rni"), f, (x, y) -> Math.rint(x));
    reals(same.apply("rzi"), f, (x, y) -> x < 0 ? Math.ceil(x) : Math.floor(x));
    reals(same.apply("rmi"), f, (x, y) -> Math.floor(x));
    reals(same.apply("rpi"), f, (x, y) -> Math.ceil(x));
    check(
        "cvt.f32.f16 D, A",
        f,
        PtxType.B16,
        PtxType.B16,
        f,
        (a, b, c) -> {
          int exponent = (int) a >> 10 & 31;
          double fraction = (a & 1023) / 1024.0;
          double size =
              exponent == 31
                  ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                  : exponent == 0
                      ? fraction * 0x1p-14
                      : (1 + fraction) * Math.scalb(1.0, exponent - 15);
          return bits(f, a >= 32768 ? -size : size);
        });
    check(
        "cvt.rn.f16.f32 D, A",
        PtxType.B16,
        f,
        f,
        f,
        (a, b, c) -> {
          double x = real(f, a);
          long sign = Double.doubleToRawLongBits(x) < 0 ? 0x8000 : 0;
          if (Double.isNaN(x)) {
            return 0x7FFF;
          }
          double size = Math.abs(x);
          if (size >= 65520) {
            return sign | 0x7C00;
          }
          int exponent = Math.max(-14, Math.getExponent(size));
          long steps = (long) Math.rint(size / Math.scalb(1.0, exponent - 10));
          return sign | (exponent + 14 << 10) + steps;
        });
  }

  // ---- Approximations --------------------------------------------------------------------------

  /** Within the documented bound in each mode, and at its ends at least somewhere. */
  @ParameterizedTest
  @ValueSource(strings = {"rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh"})
  void approximationsStayWithinTheirBounds(String name) {
    float[] x = new float[2000];
    for (int i = 0; i < x.length; i++) {
      x[i] = name.equals("ex2") ? (i - 1000) / 9f : (i + 1) * (i % 2 == 0 ? 0.003f : 1.7f);
      x[i] = name.equals("sin") || name.equals("cos") ? (i - 1000) * 0.00314f : x[i];
    }
    boolean moved = false;
    for (Approximation mode :
        List.of(
            Approximation.EXACT, Approximation.MAX, Approximation.MIN, Approximation.random(5))) {
      float[] y = approximate(name, x, EmulatorOptions.checked().withApproximation(mode));
      float[] fast = approximate(name, x, EmulatorOptions.fast().withApproximation(mode));
      for (int i = 0; i < x.length; i++) {
        assertEquals(y[i], fast[i]);
        double exact = exact(name, x[i]);
        double bound = bound(name, x[i], exact);
        double error = y[i] - exact;
        boolean rounded = mode.equals(Approximation.EXACT);
        double allowed = rounded ? Math.ulp((float) exact) / 2 * 1.001 : bound;
        assertTrue(
            Math.abs(error) <= allowed,
            name + "(" + x[i] + ") = " + y[i] + ", exact " + exact + " with " + mode);
        assertTrue(
            !mode.equals(Approximation.MAX) || error >= -Math.ulp((float) exact) / 2 * 1.001);
        moved |= Math.abs(error) > bound / 2;
      }
    }
    assertTrue(moved);
  }

  private static float[] approximate(String name, float[] x, EmulatorOptions options) {
    var emulator = new PtxEmulator(options);
    long address = emulator.upload(x);
    PtxEntry entry =
        Kernels.writing(
            """
            mul.wide.u32 %rd1, %r1, 4;
            add.s64 %rd1, %rd0, %rd1;
            ld.global.f32 %f1, [%rd1];
            NAME.approx.f32 %f2, %f1;
            st.global.f32 [%rd1], %f2;
            """
                .replace("NAME", name));
    emulator.launch(entry, Grid.of(x.length / 100, 100), 0, address);
    return emulator.floats(address, x.length);
  }

  private static double exact(String name, double x) {
    return switch (name) {
      case "rcp" -> 1 / x;
      case "sqrt" -> Math.sqrt(x);
      case "rsqrt" -> 1 / Math.sqrt(x);
      case "ex2" -> Math.pow(2, x);
      case "lg2" -> Math.log(x) / Math.log(2);
      case "sin" -> Math.sin(x);
      case "cos" -> Math.cos(x);
      default -> Math.tanh(x);
    };
  }

  private static double bound(String name, double x, double exact) {
    double ulp = Math.ulp((float) exact);
    return switch (name) {
      case "rcp" -> ulp;
      case "sqrt" -> Math.max(exact * 0x1p-23, ulp / 2);
      case "rsqrt" -> exact * Math.pow(2, -22.9);
      case "ex2" -> 2 * ulp;
      case "lg2" -> x > 0.5 && x < 2 ? 0x1p-22 : Math.abs(exact) * 0x1p-22;
      case "sin", "cos" -> Math.pow(2, -20.5) * 1.001;
      default -> Math.abs(exact) * 0x1p-11;
    };
  }
}
