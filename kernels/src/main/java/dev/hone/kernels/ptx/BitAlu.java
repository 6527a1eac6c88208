package dev.hone.kernels.ptx;

/** What the logical, shift and bit-field instructions and the moves compute, on one lane. */
final class BitAlu {
  private static final int LOW16 = 0xFFFF;

  private BitAlu() {}

  static int andI16(int a, int b) {
    return a & b;
  }

  static int andI32(int a, int b) {
    return a & b;
  }

  static long andI64(long a, long b) {
    return a & b;
  }

  static boolean andPred(boolean a, boolean b) {
    return a & b;
  }

  static int orI16(int a, int b) {
    return a | b;
  }

  static int orI32(int a, int b) {
    return a | b;
  }

  static long orI64(long a, long b) {
    return a | b;
  }

  static boolean orPred(boolean a, boolean b) {
    return a | b;
  }

  static int xorI16(int a, int b) {
    return a ^ b;
  }

  static int xorI32(int a, int b) {
    return a ^ b;
  }

  static long xorI64(long a, long b) {
    return a ^ b;
  }

  static boolean xorPred(boolean a, boolean b) {
    return a ^ b;
  }

  static int notI16(int a) {
    return ~a & LOW16;
  }

  static int notI32(int a) {
    return ~a;
  }

  static long notI64(long a) {
    return ~a;
  }

  static boolean notPred(boolean a) {
    return !a;
  }

  static int cnotI16(int a) {
    return a == 0 ? 1 : 0;
  }

  static int cnotI32(int a) {
    return a == 0 ? 1 : 0;
  }

  static long cnotI64(long a) {
    return a == 0 ? 1 : 0;
  }

  // Shifts by the width or more clamp, where Java's would wrap round.

  static int shlI16(int a, int b) {
    return Integer.compareUnsigned(b, 15) > 0 ? 0 : (a << b) & LOW16;
  }

  static int shlI32(int a, int b) {
    return Integer.compareUnsigned(b, 31) > 0 ? 0 : a << b;
  }

  static long shlI64(long a, int b) {
    return Integer.compareUnsigned(b, 63) > 0 ? 0 : a << b;
  }

  static int shrU16(int a, int b) {
    return Integer.compareUnsigned(b, 15) > 0 ? 0 : a >>> b;
  }

  static int shrS16(int a, int b) {
    return ((short) a >> (Integer.compareUnsigned(b, 15) > 0 ? 15 : b)) & LOW16;
  }

  static int shrU32(int a, int b) {
    return Integer.compareUnsigned(b, 31) > 0 ? 0 : a >>> b;
  }

  static int shrS32(int a, int b) {
    return a >> (Integer.compareUnsigned(b, 31) > 0 ? 31 : b);
  }

  static long shrU64(long a, int b) {
    return Integer.compareUnsigned(b, 63) > 0 ? 0 : a >>> b;
  }

  static long shrS64(long a, int b) {
    return a >> (Integer.compareUnsigned(b, 63) > 0 ? 63 : b);
  }

  /** The upper word of b:a shifted left. */
  static int shfLWrapI32(int a, int b, int c) {
    return (int) (pack2I64(a, b) << (c & 31) >>> 32);
  }

  static int shfLClampI32(int a, int b, int c) {
    return (int) (pack2I64(a, b) << clamp(c) >>> 32);
  }

  /** The lower word of b:a shifted right. */
  static int shfRWrapI32(int a, int b, int c) {
    return (int) (pack2I64(a, b) >>> (c & 31));
  }

  static int shfRClampI32(int a, int b, int c) {
    return (int) (pack2I64(a, b) >>> clamp(c));
  }

  private static int clamp(int shift) {
    return Integer.compareUnsigned(shift, 32) > 0 ? 32 : shift;
  }

  static int bfeU32(int a, int b, int c) {
    return (int) bfe(Integer.toUnsignedLong(a), b & 255, c & 255, 32, false);
  }

  static int bfeS32(int a, int b, int c) {
    return (int) bfe(a, b & 255, c & 255, 32, true);
  }

  static long bfeU64(long a, int b, int c) {
    return bfe(a, b & 255, c & 255, 64, false);
  }

  static long bfeS64(long a, int b, int c) {
    return bfe(a, b & 255, c & 255, 64, true);
  }

  /** {@code length} bits of {@code a} from {@code from}; beyond the top come zeros or the sign. */
  private static long bfe(long a, int from, int length, int bits, boolean signed) {
    if (length == 0) {
      return 0;
    }
    int top = Math.min(from + length - 1, bits - 1);
    long fill = signed && (a >>> top & 1) != 0 ? -1 : 0;
    if (from >= bits) {
      return fill;
    }
    int kept = top - from + 1;
    long field = a >>> from;
    long mask = kept == 64 ? -1 : (1L << kept) - 1;
    return (field & mask) | (fill & ~mask);
  }

  static int bfiI32(int a, int b, int c, int d) {
    return (int) bfi(Integer.toUnsignedLong(a), b, c & 255, d & 255, 32);
  }

  static long bfiI64(long a, long b, int c, int d) {
    return bfi(a, b, c & 255, d & 255, 64);
  }

  private static long bfi(long a, long b, int to, int length, int bits) {
    if (to >= bits || length == 0) {
      return b;
    }
    int kept = Math.min(length, bits - to);
    long mask = (kept == 64 ? -1 : (1L << kept) - 1) << to;
    return (a << to & mask) | (b & ~mask);
  }

  /** Where the highest bit that differs from the sign stands; -1 for none. */
  static int bfindS32(int a) {
    return bfindU32(a < 0 ? ~a : a);
  }

  static int bfindU32(int a) {
    return 31 - Integer.numberOfLeadingZeros(a);
  }

  static int bfindS64(long a) {
    return bfindU64(a < 0 ? ~a : a);
  }

  static int bfindU64(long a) {
    return 63 - Long.numberOfLeadingZeros(a);
  }

  static int bfindShiftamtS32(int a) {
    return bfindShiftamtU32(a < 0 ? ~a : a);
  }

  static int bfindShiftamtU32(int a) {
    return a == 0 ? -1 : Integer.numberOfLeadingZeros(a);
  }

  static int bfindShiftamtS64(long a) {
    return bfindShiftamtU64(a < 0 ? ~a : a);
  }

  static int bfindShiftamtU64(long a) {
    return a == 0 ? -1 : Long.numberOfLeadingZeros(a);
  }

  static int brevI32(int a) {
    return Integer.reverse(a);
  }

  static long brevI64(long a) {
    return Long.reverse(a);
  }

  static int popcI32(int a) {
    return Integer.bitCount(a);
  }

  static int popcI64(long a) {
    return Long.bitCount(a);
  }

  static int clzI32(int a) {
    return Integer.numberOfLeadingZeros(a);
  }

  static int clzI64(long a) {
    return Long.numberOfLeadingZeros(a);
  }

  /** Each nibble of c picks a byte of b:a; its top bit asks for the byte's sign instead. */
  static int prmtI32(int a, int b, int c) {
    long bytes = pack2I64(a, b);
    int result = 0;
    for (int i = 0; i < 4; i++) {
      int pick = c >>> 4 * i;
      int value = (int) (bytes >>> 8 * (pick & 7)) & 255;
      if ((pick & 8) != 0) {
        value = (value & 128) != 0 ? 255 : 0;
      }
      result |= value << 8 * i;
    }
    return result;
  }

  /** Bit by bit, {@code table} holds the result for each combination of a, b and c. */
  static int lop3I32(int a, int b, int c, int table) {
    int result = 0;
    for (int i = 0; i < 8; i++) {
      if ((table >>> i & 1) != 0) {
        result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
      }
    }
    return result;
  }

  static int movI16(int a) {
    return a;
  }

  static int movI32(int a) {
    return a;
  }

  static long movI64(long a) {
    return a;
  }

  static float movF32(float a) {
    return a;
  }

  static double movF64(double a) {
    return a;
  }

  static boolean movPred(boolean a) {
    return a;
  }

  static int selpI16(int a, int b, boolean c) {
    return c ? a : b;
  }

  static int selpI32(int a, int b, boolean c) {
    return c ? a : b;
  }

  static long selpI64(long a, long b, boolean c) {
    return c ? a : b;
  }

  static float selpF32(float a, float b, boolean c) {
    return c ? a : b;
  }

  static double selpF64(double a, double b, boolean c) {
    return c ? a : b;
  }

  static int pack2I32(int a, int b) {
    return (a & LOW16) | b << 16;
  }

  static long pack2I64(int a, int b) {
    return Integer.toUnsignedLong(a) | (long) b << 32;
  }

  static long pack4I64(int a, int b, int c, int d) {
    return pack2I64(pack2I32(a, b), pack2I32(c, d));
  }

  static int low16I32(int a) {
    return a & LOW16;
  }

  static int high16I32(int a) {
    return a >>> 16;
  }

  static int lowI64(long a) {
    return (int) a;
  }

  static int highI64(long a) {
    return (int) (a >>> 32);
  }

  static int first16I64(long a) {
    return (int) a & LOW16;
  }

  static int second16I64(long a) {
    return (int) (a >>> 16) & LOW16;
  }

  static int third16I64(long a) {
    return (int) (a >>> 32) & LOW16;
  }

  static int fourth16I64(long a) {
    return (int) (a >>> 48);
  }
}
